/**
 * Level 2: the filter in front of the provider, called for attempts 2, 3, … only. The request Envoy holds is the one made for the
 * first target; here it becomes the one for the target Envoy tries now.
 */
import { GraftError } from "../plugins/core/errors";
import { Gateway } from "../plugins/gateway";
import type { ProcessingRequest, ProcessingResponse } from "../proto/ext-proc";
import { readHeaders } from "../proto/header-map";
import { type AttemptQuestion, answerAttempt } from "./answer-attempt";
import { ownMetadata } from "./evidence";
import { askOwner } from "./hand-off";
import type { HostContext } from "./host-context";
import { ATTEMPT_COUNT_HEADER } from "./metadata";
import { immediate } from "./mutations";
import type { ProcessStream, StreamHandler } from "./transport";

export class LevelTwo implements StreamHandler {
  readonly #context: HostContext;
  readonly #stream: ProcessStream;

  constructor(context: HostContext, stream: ProcessStream) {
    this.#context = context;
    this.#stream = stream;
  }

  async message(request: ProcessingRequest): Promise<void> {
    if (!request.requestHeaders) {
      this.#stream.send({ responseHeaders: {} });
      return;
    }
    const current = readHeaders(request.requestHeaders.headers);
    const { id, owner } = ownMetadata(request);
    const number = Number(current[ATTEMPT_COUNT_HEADER]);
    if (typeof id !== "string" || typeof owner !== "string" || !Number.isInteger(number)) {
      this.#stream.send(LOST);
      return;
    }
    const ask: AttemptQuestion = { id, number, headerNames: Object.keys(current) };
    const pipeline = this.#context.exchanges.find(id);
    if (pipeline !== undefined) {
      this.#stream.send(await answerAttempt(pipeline, ask));
      return;
    }
    const answer = await askOwner(this.#context.handOffPath, owner, ask);
    this.#context.countHandOff(answer === undefined ? "lost" : "answered");
    this.#stream.send(answer ?? LOST);
  }

  close(): void {}
}

/** The exchange is gone: an untranslated request with another provider's key must never leave, so the client is asked to come again. */
const LOST: ProcessingResponse = (() => {
  const error = new GraftError("unavailable", "The gateway process that held this request is gone.", { shouldRetry: true });
  const { headers, body } = Gateway.fallbackDialect.encodeError(error);
  return immediate({ status: error.status, headers, body: Buffer.from(body) }, "graft_exchange_lost");
})();
