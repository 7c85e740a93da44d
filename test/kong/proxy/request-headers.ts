/** What Kong sends upstream: the client's headers as plugins left them, with those that are its own business replaced. */
import { HeaderList } from "../header-list";
import { hostOf } from "../pdk/request";
import type { RequestContext } from "../request-context";

export const KONG = "kong/3.9.3";

/** Of this connection only, or written anew by nginx. */
const OWN = [
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "expect",
  "proxy",
  "proxy-connection",
  "upgrade",
  "te",
];

/** @param body its length in bytes, undefined for one that is streamed without */
export function requestHeaders(request: RequestContext, body: { readonly length: number | undefined } | undefined): HeaderList {
  const headers = request.headers.copy();
  const named = (headers.get("connection") ?? "").split(",").map((name) => name.trim());
  const trailers = (headers.get("te") ?? "").split(/[,;]/).some((it) => it.trim().toLowerCase() === "trailers");
  for (const name of [...OWN, ...named.filter((it) => it !== "")]) headers.remove(name);
  const [host = "", port] = hostOf(request);
  const client = HeaderList.fromRaw(request.incoming.rawHeaders);
  const own: Readonly<Record<string, string | undefined>> = {
    Host: request.upstreamHost ?? authority(request),
    Connection: "keep-alive",
    TE: trailers ? "trailers" : undefined,
    "X-Real-IP": request.clientIp,
    "X-Forwarded-For": [...client.getAll("x-forwarded-for"), request.clientIp].join(", "),
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": host,
    "X-Forwarded-Port": port ?? String(request.incoming.socket.localPort ?? 80),
    "X-Forwarded-Path": request.rawPath,
    "X-Forwarded-Prefix": request.prefix,
    "X-Kong-Request-Id": request.requestId,
    Via: [...client.getAll("via"), `${request.incoming.httpVersion} ${KONG}`].join(", "),
  };
  for (const [name, value] of Object.entries(own)) {
    headers.remove(name);
    if (value !== undefined) headers.add(name, value);
  }
  if (body !== undefined) {
    if (body.length === undefined) headers.add("Transfer-Encoding", "chunked");
    else headers.add("Content-Length", String(body.length));
  }
  return headers;
}

function authority({ target: { host, port }, scheme }: RequestContext): string {
  return port === (scheme === "https" ? 443 : 80) ? host : `${host}:${port}`;
}
