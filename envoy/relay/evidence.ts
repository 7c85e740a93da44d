/** Reads what Envoy tells about a request in headers. */
import type { HeaderMap } from "../../plugins/core/provider";
import { parseJson } from "../../plugins/core/read-json";
import type { CallerEvidence } from "../caller";
import { CALLER_HEADERS, PREFIX } from "./headers";

export interface RelayHeaders {
  /** The client's, as the filters in Envoy left them. */
  readonly client: HeaderMap;
  /** Envoy's words to the relay. */
  readonly own: HeaderMap;
}

/** Read as ext_proc reads them (proto/header-map.ts): Latin-1, repeated ones joined. @param raw names and values in turn */
export function splitHeaders(raw: readonly string[]): RelayHeaders {
  // No prototype: a header named `__proto__` is a header like any other.
  const client: Record<string, string> = Object.create(null);
  const own: Record<string, string> = Object.create(null);
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const map = name.startsWith(PREFIX) ? own : client;
    const before = map[name];
    map[name] = before === undefined ? value : before + (name === "cookie" ? "; " : ", ") + value;
  }
  return { client, own };
}

export function relayEvidence({ client, own }: RelayHeaders): CallerEvidence {
  const { address, jwt, uriSan, dnsSan, subject } = CALLER_HEADERS;
  const payload = utf8(own[jwt]);
  return {
    headers: client,
    address: own[address],
    jwt: payload === undefined ? undefined : parseJson(payload),
    certificate: [utf8(own[uriSan]), utf8(own[dnsSan]), utf8(own[subject])],
  };
}

/** Envoy writes bytes, Node reads each of them as one character. */
function utf8(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, "latin1").toString("utf8");
}
