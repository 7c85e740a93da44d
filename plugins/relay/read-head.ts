/** A request's head as the gateway in front sent it: the client's part, and what the gateway itself has to say. */
import type { IncomingMessage } from "node:http";
import { CACHE_KEY_HEADER, emptyHeaders } from "../core/headers";
import type { HeaderMap } from "../core/provider";

export interface RequestHead {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** The client's headers, as the gateway's own plugins left them. */
  readonly client: HeaderMap;
  /** Those of the gateway to us, which it never lets clients write. */
  readonly own: HeaderMap;
}

const OWN = "x-graft-";

/** Gateways write bytes, Node reads each of them as one character. */
export function utf8(value: string): string {
  return Buffer.from(value, "latin1").toString("utf8");
}

/** Headers as ext_proc reads them (proto/header-map.ts): Latin-1, repeated ones joined. */
export function readHead(request: Pick<IncomingMessage, "method" | "url" | "rawHeaders">): RequestHead {
  const client = emptyHeaders();
  const own = emptyHeaders();
  const { rawHeaders: raw, url = "/" } = request;
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const map = name.startsWith(OWN) && name !== CACHE_KEY_HEADER ? own : client;
    const before = map[name];
    map[name] = before === undefined ? value : before + (name === "cookie" ? "; " : ", ") + value;
  }
  const query = url.indexOf("?");
  return { method: request.method ?? "", path: query === -1 ? url : url.slice(0, query), client, own };
}
