/** Sends an answer that Kong made itself. */
import type { ServerResponse } from "node:http";
import type { Exit } from "./exit";
import { HeaderList, headerValues } from "./header-list";
import { KONG } from "./proxy/request-headers";
import type { RequestContext } from "./request-context";

/** @param request undefined where no route matched */
export function sendExit(request: RequestContext | undefined, exit: Exit, response: ServerResponse): void {
  if (response.destroyed || response.headersSent) return;
  const headers = request?.responseHeaders.copy() ?? new HeaderList();
  for (const [name, value] of Object.entries(exit.headers)) headers.set(name, ...(headerValues(value) ?? []));
  const body = Buffer.from(exit.body, "latin1");
  headers.remove("transfer-encoding");
  headers.set("Content-Length", String(body.length));
  headers.set("X-Kong-Response-Latency", String(request?.elapsed ?? 0));
  headers.set("Server", KONG);
  if (request !== undefined) {
    headers.set("X-Kong-Request-Id", request.requestId);
    request.status = exit.status;
    request.answerHeaders = headers;
  }
  response.writeHead(exit.status, headers.toRaw());
  response.end(body);
}
