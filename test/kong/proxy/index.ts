/** Kong as a reverse proxy: tries at the upstream until one answers, then that answer. */
import type { Agent, ServerResponse } from "node:http";
import { errorAnswer } from "../exit";
import type { RequestContext } from "../request-context";
import { relayAnswer } from "./relay-answer";
import { callUpstream, UpstreamFailure } from "./upstream-call";

export { newPool } from "./upstream-call";

/** What nginx does not send twice once it has been sent. */
const NON_IDEMPOTENT = ["POST", "LOCK", "PATCH"];

/** Returns when the answer has begun. @throws Exit when no upstream answered */
export async function proxy(request: RequestContext, response: ServerResponse, pool: Agent): Promise<void> {
  if (request.route.request_buffering && hasBody(request)) await request.readBody();
  request.proxyLatency ??= request.elapsed;
  for (let left = request.retries; ; left -= 1) {
    // The client is gone: nginx would answer nobody, with 499.
    if (response.destroyed) return;
    const { host, port } = request.target;
    const attempt: (typeof request.tries)[number] = { ip: host, port, balancer_start: Date.now() };
    request.tries.push(attempt);
    const started = performance.now();
    const call = callUpstream(request, pool);
    response.once("close", call.abort);
    try {
      const answer = await call.answer;
      request.waitingTime = Math.round(performance.now() - started);
      relayAnswer(request, answer, response);
      return;
    } catch (error) {
      response.off("close", call.abort);
      if (!(error instanceof UpstreamFailure)) throw error;
      attempt.state = "failed";
      attempt.code = error.status;
      const replayable =
        !error.sent || (!NON_IDEMPOTENT.includes(request.method) && !(hasBody(request) && request.body === undefined));
      if (left <= 0 || !replayable) throw errorAnswer(error.status, request.requestId);
    }
  }
}

function hasBody({ incoming }: RequestContext): boolean {
  return incoming.headers["content-length"] !== undefined || incoming.headers["transfer-encoding"] !== undefined;
}
