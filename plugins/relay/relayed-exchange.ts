/** One exchange from the client's body to its last byte: attempt after attempt, until one answers or none is left. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { GraftError, toGraftError } from "../core/errors";
import type { Pipeline, Reply, Step } from "../core/pipeline";
import type { HeaderMap } from "../core/provider";
import type { Outcome } from "../core/record";
import { type Target, targetLabel } from "../core/target";
import type { Gateway } from "../gateway";
import type { Runtime } from "../runtime";
import { Attempts } from "./attempts";
import { ClientAnswer } from "./client-answer";
import { deliverLive } from "./deliver-live";
import { deliverWhole } from "./deliver-whole";
import { readRequest } from "./read-request";
import { type Failure, runAttempt, type Sent } from "./run-attempt";
import type { Upstream } from "./upstream";

export interface ExchangeParts {
  readonly runtime: Runtime;
  readonly upstream: Upstream;
  readonly gateway: Gateway;
  readonly pipeline: Pipeline;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly streamHeaders: HeaderMap;
}

export class RelayedExchange {
  readonly #parts: ExchangeParts;
  #client: ClientAnswer;
  #heldBytes = 0;
  /**
   * What is waited for, to end it when the client goes. No function: V8 places one that is assigned to a property among the long-lived
   * objects, and all that it sees of its exchange stays until the next full collection (a fifth of a small request's CPU).
   */
  #pending: { abort(): void } | undefined;
  #gone = false;
  /** It goes on without a client, for others. */
  #orphaned = false;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#client = new ClientAnswer(parts.response, undefined, parts.streamHeaders);
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { runtime, gateway, pipeline, response } = this.#parts;
    response.on("close", () => this.#closed());
    try {
      runtime.exchanges.begin(pipeline, gateway.config.bounds);
    } catch (thrown) {
      this.#reply(pipeline.refuse(thrown));
      return;
    }
    try {
      await this.#answer();
    } catch (thrown) {
      runtime.logger.error({ cause: thrown instanceof Error ? thrown.stack : String(thrown) }, "relay failed");
      this.#refuse(thrown);
    }
    if (this.#orphaned) this.#finish("aborted");
  }

  async #answer(): Promise<void> {
    const { pipeline, gateway, runtime, request } = this.#parts;
    const { bounds } = gateway.config;
    let body: Buffer;
    try {
      body = await readRequest(request, bounds.maxRequestBytes, (bytes) => {
        // A body that had come already is still read when its client is gone; what is held then would never be given back.
        if (this.#gone) throw new GraftError("client_closed", "The client closed the connection.");
        runtime.exchanges.hold(bytes, bounds);
        this.#heldBytes += bytes;
      });
    } catch (thrown) {
      this.#refuse(thrown);
      return;
    }
    const step = await pipeline.request(body);
    const { head, client } = pipeline.exchange;
    const afterMs = head?.stream === true ? pipeline.streamKeepAliveMs : undefined;
    if (afterMs !== undefined) {
      const { response, streamHeaders } = this.#parts;
      this.#client = new ClientAnswer(response, { afterMs, headers: { "x-request-id": client.requestId } }, streamHeaders);
    }
    if (step.kind === "send") await this.#attempts(step);
    else if (step.reply.live === undefined) this.#reply(step.reply);
    else await deliverLive(this.#client, step.reply, step.reply.live);
  }

  async #attempts(first: Sent): Promise<void> {
    const { pipeline, upstream, runtime } = this.#parts;
    const attempts = new Attempts(first.plan, pipeline.exchange, runtime.services);
    let step: Step = first;
    while (step.kind === "send") {
      if (this.#gone) return;
      const call = upstream.call(step.attempt.target.provider, step.request, limitsOf(step));
      this.#pending = call;
      const failure = await runAttempt({ pipeline, step, call, client: this.#client, bounds: this.#parts.gateway.config.bounds });
      if (failure === undefined || this.#gone) return;
      const { number, target } = step.attempt;
      const movesOn = attempts.movesOn(failure.error, failure.status);
      // Told before the next one is chosen: what a failure means for its key and its target counts for this request as well.
      if (movesOn && failure.status === 0) pipeline.attemptDied(number, failure.error);
      else if (movesOn) pipeline.attemptFailed(number, failure.status, failure.headers, failure.body);
      attempts.failed(target, failure.error);
      const next = movesOn ? await this.#next(attempts) : undefined;
      if (this.#gone) return;
      if (next === undefined) {
        await this.#fail(failure);
        return;
      }
      step = await pipeline.attempt(number + 1, next);
    }
    this.#reply((await pipeline.rescue()) ?? step.reply);
  }

  /** The target to try now, when the time has come for it. `undefined` = none is left, or the client is gone. */
  async #next(attempts: Attempts): Promise<Target | undefined> {
    const { pipeline } = this.#parts;
    for (let next = attempts.next(); next !== undefined; next = attempts.next()) {
      if (next.waitMs > 0) await this.#sleep(next.waitMs);
      if (this.#gone) return undefined;
      const refused = await pipeline.refuses(next.target);
      if (refused === undefined) return next.target;
      pipeline.exchange.facts.add({ kind: "target-skipped", target: targetLabel(next.target) });
    }
    return undefined;
  }

  /** No attempt is left: the client gets the last one's error. */
  async #fail({ error, status, headers, body, answer }: Failure): Promise<void> {
    const { pipeline } = this.#parts;
    if (status === 0 && error.retryable) pipeline.attemptDied(pipeline.exchange.attempts.length, error);
    if (answer !== undefined) {
      deliverWhole(pipeline, this.#client, (await pipeline.rescue()) ?? answer);
      return;
    }
    const head = status === 0 ? await pipeline.response(error.status, {}, error) : await pipeline.response(status, headers);
    await pipeline.chunk(body);
    const tail = await pipeline.end();
    const shown = { status: tail.status ?? head.status, headers: { ...head.set, ...tail.headers }, body: tail.body };
    deliverWhole(pipeline, this.#client, (await pipeline.rescue()) ?? shown);
  }

  #refuse(thrown: unknown): void {
    const { response, pipeline } = this.#parts;
    const error = toGraftError(thrown);
    if (!response.headersSent || this.#client.begunEarly) {
      this.#reply(pipeline.refuse(error));
      return;
    }
    // In the middle of an answer nothing can be said any more, but that it broke off.
    pipeline.exchange.error = error;
    response.destroy();
  }

  #reply(reply: Reply): void {
    deliverWhole(this.#parts.pipeline, this.#client, reply);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#pending = {
        abort() {
          clearTimeout(timer);
          resolve();
        },
      };
    });
  }

  #closed(): void {
    const { pipeline, response } = this.#parts;
    this.#client.stop();
    this.#gone = true;
    if (!response.writableFinished && pipeline.exchange.followed()) {
      this.#orphaned = true;
      return;
    }
    this.#pending?.abort();
    this.#finish(response.writableFinished ? "complete" : "aborted");
  }

  #finish(outcome: Outcome): void {
    const { runtime, pipeline } = this.#parts;
    runtime.exchanges.end(pipeline, this.#heldBytes);
    runtime.finish(pipeline, outcome);
  }
}

function limitsOf({ attempt: { target } }: Sent) {
  return { firstByteMs: target.timeoutMs, idleMs: target.idleTimeoutMs, totalMs: target.totalTimeoutMs };
}
