/**
 * Drives one exchange. A host calls `request → attempt* → response → chunk* → end → log` and nothing else; `log` always, once.
 *
 * Nothing here throws at the host: what goes wrong becomes a reply or an answer in the client's own dialect.
 */
import { type AnswerBody, EVENT_STREAM, JSON_TYPE, type Tail } from "./answer";
import { withCompletions } from "./completions";
import type { Dialect } from "./dialect";
import { GraftError, toGraftError } from "./errors";
import type { Attempt, Exchange } from "./exchange";
import { graftHeaders } from "./graft-headers";
import { headersToRemove, isEventStream, isJson } from "./headers";
import { HookChain, throughInner } from "./hook-chain";
import { parseJsonSource } from "./json-source";
import { isModelName } from "./model-table";
import { noteFailure } from "./note-failure";
import { type AnswerScope, decodeContext, encodeContext, errorAnswer, openAnswer, receivedAnswer } from "./open-answer";
import { buildOutgoing, type OutgoingRequest } from "./outgoing";
import { liveReply, type Reply, rescueReply, wholeReply } from "./own-answer";
import { planOf } from "./plan-of";
import type { Answer, Awaitable, Hooks, Services } from "./plugin";
import { openHooks, type Policy } from "./policy";
import type { HeaderMap } from "./provider";
import { type ExchangeRecord, exchangeRecord, type Outcome } from "./record";
import { modelNotFound, providerStateRefused } from "./refusals";
import { RunningCalls } from "./running-calls";
import { Scout } from "./scout";
import type { Plan, Target } from "./target";
import { isTold } from "./usage";

export type { Reply } from "./own-answer";

export type Step =
  | { readonly kind: "send"; readonly attempt: Attempt; readonly plan: Plan; readonly request: OutgoingRequest }
  | { readonly kind: "reply"; readonly reply: Reply };

export interface AnswerHead {
  readonly status: number;
  readonly set: HeaderMap;
  readonly remove: readonly string[];
  readonly delivery: AnswerBody["delivery"];
}

const NO_BODY = Buffer.alloc(0);

export class Pipeline {
  readonly exchange: Exchange;
  readonly #scope: AnswerScope;
  readonly #hooks: readonly Hooks[];
  readonly #started: number;
  /** The host may hang up in the middle of one. */
  readonly #calls = new RunningCalls();
  #firstByte: number | undefined;
  #plan: Plan | undefined;
  #answer: AnswerBody | undefined;
  #status = 0;
  /** The provider has begun an answer that must be held to its end: only then it speaks for its target. */
  #unproven = false;
  #streams = false;
  #complete = false;
  #logged = false;

  constructor(exchange: Exchange, policy: Policy, dialect: Dialect, services: Services) {
    this.exchange = exchange;
    this.#hooks = openHooks(policy, exchange);
    this.#scope = { exchange, policy, dialect, services };
    this.#started = services.clock.monotonic();
    exchange.throughInner = (hook, events) => throughInner(this.#hooks, hook, events);
  }

  /** The client's whole body. A `send` is the first attempt; its plan says what the host may try after it. */
  async request(body: Buffer): Promise<Step> {
    this.#calls.begin();
    try {
      this.#throwIfLogged();
      const source = parseJsonSource(body, this.#scope.policy.bounds.maxJsonDepth);
      const head = this.#scope.dialect.head(source);
      if (!isModelName(head.model)) throw modelNotFound(head.model);
      this.exchange.accept(this.#scope.dialect, source, head);
      const alias = this.#scope.policy.models.find(head.model, this.exchange.client.caller);
      if (alias === undefined) throw modelNotFound(head.model);
      this.exchange.alias = alias;
      const state = this.#scope.policy.allowProviderState ? undefined : this.#scope.dialect.providerState(source);
      if (state !== undefined) throw providerStateRefused(state);
      for (const [index, hook] of this.#hooks.entries()) {
        if (hook.request === undefined) continue;
        const answer = await hook.request();
        this.#throwIfLogged();
        if (answer !== undefined) return await this.#answerFrom(answer, index);
      }
      const plan = await planOf(this.exchange, this.#hooks);
      this.#plan = plan;
      return await this.#send(plan, 1);
    } catch (thrown) {
      const reply = this.refuse(thrown);
      return { kind: "reply", reply: (await this.#rescued()) ?? reply };
    } finally {
      this.#calls.end();
    }
  }

  /** For hosts that can leave out a target: why it may not be asked now. */
  async refuses(target: Target): Promise<GraftError | undefined> {
    this.#calls.begin();
    try {
      for (const hook of this.#hooks) {
        const error = await hook.refuse?.(target);
        if (error !== undefined) return error;
      }
      return undefined;
    } catch (thrown) {
      return toGraftError(thrown);
    } finally {
      this.#calls.end();
    }
  }

  /**
   * The next try, encoded anew from the request as the hooks left it.
   * @param target for hosts that choose themselves; else that of the plan, whose last one is repeated for numbers beyond it
   */
  async attempt(number: number, target?: Target): Promise<Step> {
    this.#calls.begin();
    try {
      if (this.#plan === undefined) throw new Error("attempt before request");
      return await this.#send(this.#plan, number, target);
    } catch (thrown) {
      return { kind: "reply", reply: this.refuse(thrown) };
    } finally {
      this.#calls.end();
    }
  }

  /** For hosts that can hold an answer back: says when its stream has really begun. `undefined` = it cannot be told, let it pass. */
  scout(status: number, headers: HeaderMap): Scout | undefined {
    const { attempt } = this.exchange;
    if (attempt === undefined || this.exchange.head?.stream !== true || status >= 300) return undefined;
    if (!isEventStream(headers) || (headers["content-encoding"] ?? "identity") !== "identity") return undefined;
    return new Scout(attempt.target.provider.codec.decodeStream(decodeContext(this.#scope, attempt)));
  }

  /** An answer that the client will not get, because the host goes on to the next attempt; hosts tell what they hear of. */
  attemptFailed(number: number, status: number, headers: HeaderMap, body: Uint8Array = NO_BODY): void {
    const attempt = this.exchange.attempts.find((it) => it.number === number);
    if (attempt !== undefined) this.#failed(attempt, status, headers, body);
  }

  /** The attempt gave no answer, or one that was none; the host goes on to the next one, or says so in `response`. */
  attemptDied(number: number, error: GraftError): void {
    const attempt = this.exchange.attempts.find((it) => it.number === number);
    if (attempt !== undefined) noteFailure(this.exchange, attempt, 0, error);
  }

  /** The head of the answer the client shall get. `local` = the host could not get one from the provider, and why. */
  async response(status: number, headers: HeaderMap, local?: GraftError): Promise<AnswerHead> {
    const { exchange } = this;
    this.#calls.begin();
    this.#firstByte = this.#scope.services.clock.monotonic() - this.#started;
    const { attempt } = exchange;
    let shown = status;
    try {
      if (local === undefined && attempt !== undefined) {
        // Decided by the error's kind, before the body is read.
        if (status >= 400) shown = this.#failed(attempt, status, headers);
        else if (isEventStream(headers)) attempt.target.provider.health.succeeded(attempt.target.model);
        else this.#unproven = true;
        attempt.status = status;
        if (this.#scope.policy.needsUsage && status < 400)
          exchange.received = receivedAnswer(this.#scope, attempt, isEventStream(headers));
      }
      for (let index = this.#hooks.length - 1; index >= 0; index -= 1) {
        const seen = this.#hooks[index]?.response?.({ status });
        if (seen instanceof Promise) await seen;
      }
      const hooks = new HookChain(this.#hooks);
      this.#answer = local === undefined ? openAnswer(this.#scope, hooks, status, headers) : errorAnswer(this.#scope, local);
    } catch (thrown) {
      this.#answer = errorAnswer(this.#scope, toGraftError(thrown));
    } finally {
      this.#calls.end();
    }
    const { delivery } = this.#answer;
    this.#streams = delivery === "stream" || (delivery === "pass" && isEventStream(headers));
    const set = graftHeaders(this.exchange);
    if (delivery === "stream") Object.assign(set, EVENT_STREAM);
    // The OpenAI SDK parses an answer only when it is called JSON.
    else if (delivery === "pass" && !isEventStream(headers) && !isJson(headers)) Object.assign(set, JSON_TYPE);
    const remove = headersToRemove(headers);
    if (this.#streams) remove.push("content-length");
    this.#status = shown;
    return { status: shown, set, remove, delivery };
  }

  /** Bytes of the provider's body in, the client's out (none, the same or others). */
  chunk(bytes: Uint8Array): Awaitable<Uint8Array> {
    this.exchange.received?.add(bytes);
    const out = this.#answer === undefined ? bytes : this.#answer.chunk(bytes);
    if (!(out instanceof Promise)) return out;
    this.#calls.begin();
    return out.finally(() => this.#calls.end());
  }

  /** The provider's body has ended. @param failure it broke off, and why */
  async end(failure?: GraftError): Promise<Tail> {
    if (this.#answer === undefined) return { body: undefined };
    this.#calls.begin();
    try {
      const ended = this.#answer.end(failure);
      const tail = ended instanceof Promise ? await ended : ended;
      this.#noteEnd(failure);
      this.#status = tail.status ?? this.#status;
      this.#complete = true;
      if (this.exchange.error !== undefined || failure !== undefined) return tail;
      this.exchange.finished = true;
      if (isTold(this.exchange.usage)) this.exchange.received?.forget();
      return withCompletions(tail, this.#hooks, this.#streams);
    } finally {
      this.#calls.end();
    }
  }

  /** An error as the last event of a stream that the host has begun by itself, before there was an answer. */
  errorEvent(error: GraftError): Buffer {
    return Buffer.from(this.#scope.dialect.encodeStream(encodeContext(this.#scope)).push({ type: "error", error }));
  }

  /** See Policy. */
  get streamKeepAliveMs(): number | undefined {
    return this.#scope.policy.streamKeepAliveMs;
  }

  /** An error event was sent: the host must end the client's stream, whatever the provider still sends. */
  get closed(): boolean {
    return this.#answer?.closed === true;
  }

  /**
   * Ends the exchange: runs the log hooks and returns the record; `undefined` when it was ended before. A call that is still running
   * is waited for, so that `log` hooks can settle whatever it has begun.
   */
  async log(outcome: Outcome): Promise<ExchangeRecord | undefined> {
    if (this.#logged) return undefined;
    this.#logged = true;
    const { clock } = this.#scope.services;
    const ended = {
      status: this.#status,
      outcome: this.#complete ? "complete" : outcome,
      endedAt: clock.now(),
      durationMs: clock.monotonic() - this.#started,
      firstByteMs: this.#firstByte,
    };
    if (!this.#calls.idle) for (const hook of this.#hooks) hook.abandon?.();
    await this.#calls.ended();
    await this.exchange.background;
    const record = exchangeRecord(this.exchange, ended);
    for (const hook of this.#hooks) {
      try {
        const told = hook.log?.(record);
        if (told instanceof Promise) await told;
      } catch (thrown) {
        record["log_error"] = toGraftError(thrown).message;
      }
    }
    return record;
  }

  /** Nothing more is begun for a client that is gone. */
  #throwIfLogged(): void {
    if (this.#logged) throw new GraftError("client_closed", "The call has ended.");
  }

  async #send(plan: Plan, number: number, chosen?: Target): Promise<Step> {
    this.#throwIfLogged();
    const target = chosen ?? plan.targets[Math.min(number, plan.targets.length) - 1];
    if (target === undefined) throw new GraftError("unavailable", "No target is left for this request.");
    const forbidden = this.exchange.forbids(target);
    if (forbidden !== undefined) throw forbidden;
    const { attempt, request } = buildOutgoing(this.exchange, this.#scope.policy, this.#scope.dialect, number, target);
    const before = this.exchange.attempt;
    // A host that retries by itself does not say what became of it, but that it goes on says enough.
    if (before !== undefined && before.status === undefined) before.target.provider.health.failed(before.target.model);
    this.exchange.attempts.push(attempt);
    this.exchange.error = undefined;
    this.exchange.model = undefined;
    this.exchange.usage = undefined;
    this.#forgetAnswer();
    target.provider.health.sent(target.model);
    for (const hook of this.#hooks) {
      if (hook.attempt === undefined) continue;
      await hook.attempt(attempt, request);
      this.#throwIfLogged();
    }
    return { kind: "send", attempt, plan, request };
  }

  /** What the attempt before has answered is not what the client gets. */
  #forgetAnswer(): void {
    this.#answer = undefined;
    this.exchange.received = undefined;
    this.exchange.finished = false;
    this.#streams = false;
    this.#status = 0;
    this.#unproven = false;
    this.#complete = false;
    this.#firstByte = undefined;
  }

  #noteEnd(failure: GraftError | undefined): void {
    const { attempt, error } = this.exchange;
    if (attempt === undefined) return;
    // A stream may break off behind its last event: nothing was lost.
    if (error !== undefined && failure !== undefined) noteFailure(this.exchange, attempt, 0, failure);
    if (error === undefined && this.#unproven) attempt.target.provider.health.succeeded(attempt.target.model);
  }

  /** Returns the status the client gets. */
  #failed(attempt: Attempt, status: number, headers: HeaderMap, body: Uint8Array = NO_BODY): number {
    const error = attempt.target.provider.codec.decodeError(status, headers, body);
    noteFailure(this.exchange, attempt, status, error);
    return error.status;
  }

  /** For hosts, when the answer is an error and no attempt is left to make, before anything of it is sent: what a hook has instead. */
  async rescue(): Promise<Reply | undefined> {
    this.#calls.begin();
    try {
      return await this.#rescued();
    } finally {
      this.#calls.end();
    }
  }

  async #rescued(): Promise<Reply | undefined> {
    const { error } = this.exchange;
    const reply = error === undefined ? undefined : await rescueReply(this.#scope, this.#hooks, error);
    if (reply !== undefined) this.#answered();
    return reply;
  }

  async #answerFrom(answer: Answer, index: number): Promise<Step> {
    if ("error" in answer) throw answer.error;
    const outer = this.#hooks.slice(0, index);
    if ("live" in answer) return { kind: "reply", reply: liveReply(this.#scope, outer, answer, () => this.#answered()) };
    const reply = await wholeReply(this.#scope, outer, answer);
    this.#answered();
    return { kind: "reply", reply };
  }

  #answered(): void {
    this.#complete = true;
    this.#status = 200;
  }

  /** The exchange ends here with this error, as a reply in the client's dialect. */
  refuse(thrown: unknown): Reply {
    const error = toGraftError(thrown);
    this.exchange.error = error;
    this.#status = error.status;
    this.#complete = true;
    const { headers, body } = this.#scope.dialect.encodeError(error);
    return { status: error.status, headers: Object.assign(graftHeaders(this.exchange), headers), body: Buffer.from(body) };
  }
}
