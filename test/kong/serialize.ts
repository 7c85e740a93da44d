/** `kong.log.serialize`: one request as Kong's log plugins write it. */
import { cjson, type Lua } from "./lua/values";
import { hostOf, queryTable } from "./pdk/request";
import type { RequestContext } from "./request-context";

/** JSON, as external plugins get it. */
export function serialize(it: RequestContext): string {
  const { requestId, rawUri, incoming, credential, consumer, route, service, tries } = it;
  const [host, port] = hostOf(it);
  const root: Record<string, unknown> = {
    request: {
      id: requestId,
      uri: rawUri,
      url: `http://${host}:${port ?? incoming.socket.localPort ?? 80}${rawUri}`,
      querystring: queryTable(it.query),
      method: incoming.method,
      headers: redacted(it.headers.toTable()),
      size: incoming.socket.bytesRead,
    },
    upstream_uri: it.upstreamUri,
    upstream_status: it.answeredBy === "upstream" ? String(it.status) : "",
    response: { status: it.status, headers: it.answerHeaders.toTable(), size: incoming.socket.bytesWritten },
    latencies: {
      kong: it.proxyLatency ?? it.elapsed,
      proxy: it.waitingTime ?? -1,
      request: it.elapsed,
      receive: it.waitingTime === undefined ? 0 : Math.max(0, it.elapsed - (it.proxyLatency ?? 0) - it.waitingTime),
    },
    tries,
    ...(credential === undefined ? {} : { authenticated_entity: { id: credential.id } }),
    route,
    service,
    ...(consumer === undefined ? {} : { consumer }),
    client_ip: it.clientIp,
    started_at: it.startedAt,
    source: it.answeredBy,
  };
  for (const [key, value] of it.serializeValues) put(root, key.split("."), value);
  return cjson(root);
}

function put(node: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: Lua): void {
  if (rest.length === 0) {
    node[key] = value;
    return;
  }
  const child = (node[key] ?? {}) as Record<string, unknown>;
  node[key] = child;
  put(child, rest, value);
}

function redacted(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const secret = Object.keys(headers).filter((name) => name === "authorization" || name === "proxy-authorization");
  return { ...headers, ...Object.fromEntries(secret.map((name) => [name, "REDACTED"])) };
}
