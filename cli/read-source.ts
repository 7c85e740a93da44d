import { readFileSync } from "node:fs";
import { EnvHttpProxyAgent, fetch } from "undici";
import { isLoopback } from "../plugins/config";

const TIMEOUT_MS = 60_000;

export interface Source {
  readonly text: string;
  /** Without what may be secret of an address: user, password, query. */
  readonly name: string;
}

/**
 * Text of a file or of an https address; through a proxy where the environment names one.
 * @param maxBytes more is refused
 */
export async function readSource(source: string, maxBytes: number): Promise<Source> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return { text: readFileSync(source, "utf8"), name: source };
  const url = new URL(source);
  const name = url.origin + url.pathname;
  // Whoever could change it on the way would set our prices.
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    throw new Error(`${name}: only https addresses and files are read`);
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const response = await fetch(url, { dispatcher, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`answered with status ${response.status}`);
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of response.body ?? []) {
      size += piece.length;
      if (size > maxBytes) throw new Error(`longer than ${maxBytes} bytes`);
      pieces.push(piece);
    }
    return { text: Buffer.concat(pieces).toString("utf8"), name };
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : "";
    throw new Error(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}${cause}`, { cause: thrown });
  } finally {
    await dispatcher.destroy();
  }
}
