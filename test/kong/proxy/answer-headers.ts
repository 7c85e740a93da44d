/** What Kong sends the client of an upstream's headers. */
import type { IncomingMessage } from "node:http";
import { HeaderList } from "../header-list";
import type { RequestContext } from "../request-context";
import { KONG } from "./request-headers";

/** Between the upstream and nginx only. */
const HIDDEN = [
  ...["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer"],
  ...["x-accel-buffering", "x-accel-expires", "x-accel-redirect", "x-accel-limit-rate", "x-accel-charset", "x-pad"],
];

export function answerHeaders(request: RequestContext, answer: IncomingMessage): HeaderList {
  const headers = HeaderList.fromRaw(answer.rawHeaders);
  const named = (answer.headers.connection ?? "").split(",").map((name) => name.trim());
  for (const name of [...HIDDEN, ...named.filter((it) => it !== "")]) headers.remove(name);
  for (const [name, values] of Object.entries(request.responseHeaders.toTable())) headers.set(name, ...[values].flat());
  const via = headers.get("via");
  headers.set("X-Kong-Upstream-Latency", String(request.waitingTime ?? 0));
  headers.set("X-Kong-Proxy-Latency", String(request.proxyLatency ?? 0));
  headers.set("Via", via === undefined ? `1.1 ${KONG}` : `${via}, 1.1 ${KONG}`);
  if (headers.get("server") === undefined) headers.set("Server", KONG);
  headers.set("X-Kong-Request-Id", request.requestId);
  return headers;
}
