import type { Caller, ClientInfo } from "../core/exchange";
import { emptyHeaders } from "../core/headers";
import { Gateway } from "../gateway";

/** A request as it might come. */
export interface Sample {
  readonly policy: string;
  readonly body: Buffer;
  readonly caller: Caller;
  /** As written, `name: value`, each. */
  readonly headers: readonly string[];
  readonly route: string | undefined;
}

/** @throws Error for what is no header */
export function clientOf({ caller, headers: lines, route }: Sample): ClientInfo {
  const headers = emptyHeaders();
  for (const line of lines) {
    const at = line.indexOf(":");
    const name = line.slice(0, Math.max(0, at)).trim().toLowerCase();
    if (name === "") throw new Error(`a header is written as "name: value", not ${JSON.stringify(line)}`);
    const value = line.slice(at + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { method: "POST", path: `/v1${Gateway.fallbackDialect.path}`, headers, caller, requestId: "explained", route };
}
