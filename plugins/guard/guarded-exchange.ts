/** The guard in one exchange: looks at the request, and at the answer as far as a rule asks for it. */

import { matches } from "../accounting";
import { GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { Awaitable, Completion, Hooks } from "../core/plugin";
import { AnswerAgain, type CheckOptions, checkWhole, judgeWhole, PassingCheck } from "./answer-check";
import { askAgain } from "./ask-again";
import { checkRequest } from "./check-request";
import type { GuardRule } from "./compile";
import { Firings, GUARD_HEADER } from "./firings";
import type { Guard } from "./guard";
import { heldBytes } from "./held-size";
import { standsUnread } from "./unread";

export class GuardedExchange implements Hooks {
  /** There only while a rule looks at answers: others pass untouched. */
  event?: (event: ChatEvent) => Awaitable<readonly ChatEvent[]>;
  end?: () => Awaitable<readonly ChatEvent[]>;
  readonly #guard: Guard;
  readonly #exchange: Exchange;
  readonly #firings: Firings;
  #rules: readonly GuardRule[] = [];
  #holds = false;
  /** It passes, and is looked at again when it is complete. */
  #judges = false;
  #remembers = false;
  #passing: PassingCheck | undefined;
  #kept: ChatEvent[] = [];
  #keptBytes = 0;

  constructor(guard: Guard, exchange: Exchange) {
    this.#guard = guard;
    this.#exchange = exchange;
    this.#firings = new Firings(exchange, guard.count);
  }

  async request(): Promise<undefined> {
    const fitting = this.#guard.rules.filter(({ match }) => matches(match, this.#exchange));
    this.#rules = fitting.filter(({ output }) => output);
    for (const { rule } of this.#rules) rule.admit?.(this.#exchange.request);
    const asked = fitting.filter(({ input }) => input);
    await checkRequest(asked, this.#exchange, this.#firings);
    const finders = asked.flatMap(({ rule }) => rule.finders ?? []);
    // Encoded anew, there is nothing in it but what was read.
    if (finders.length > 0 && !this.#exchange.rewritten && standsUnread(finders, this.#exchange)) this.#exchange.encodeAnew();
    const flags = this.#firings.flags("request");
    if (flags !== undefined) this.#exchange.answerHeaders[GUARD_HEADER] = flags;
    if (this.#rules.length > 0) this.#watchAnswer();
  }

  /** Another attempt may have answered before. */
  response(): void {
    this.#firings.forgetAnswer();
    this.#passing = undefined;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#remembers = this.#judges;
  }

  complete(): Completion | undefined {
    const flags = this.#firings.flags("response");
    return flags === undefined ? undefined : { headers: { [GUARD_HEADER]: flags } };
  }

  #watchAnswer(): void {
    const judged = this.#rules.filter(({ rule }) => rule.answer !== undefined);
    this.#holds = this.#rules.some(({ whole }) => whole) || (!this.#streams && judged.length > 0);
    this.#judges = !this.#holds && judged.length > 0;
    this.#remembers = this.#judges;
    this.event = (event) => this.#event(event);
    this.end = () => this.#end();
  }

  get #options(): CheckOptions {
    return { exchange: this.#exchange, rules: this.#rules, firings: this.#firings, step: this.#guard.windowChars };
  }

  #event(event: ChatEvent): readonly ChatEvent[] {
    if (this.#holds) {
      if (event.type === "error") return [event];
      this.#keep(event);
      return [];
    }
    this.#passing ??= new PassingCheck(this.#options, this.#streams);
    const passed = this.#passing.push(event);
    for (const it of passed) this.#remember(it);
    return passed;
  }

  async #end(): Promise<readonly ChatEvent[]> {
    if (this.#holds) return this.#decide(this.#kept);
    const rest = this.#passing?.end() ?? [];
    for (const it of rest) this.#remember(it);
    if (this.#remembers) await judgeWhole(this.#kept, this.#options);
    return rest;
  }

  /** The answer, or the second one where a rule wants another and it is better. */
  async #decide(events: readonly ChatEvent[]): Promise<readonly ChatEvent[]> {
    try {
      return await checkWhole(events, this.#options);
    } catch (thrown) {
      if (!(thrown instanceof AnswerAgain)) throw thrown;
      return await this.#second(thrown.rule);
    }
  }

  async #second(rule: GuardRule): Promise<readonly ChatEvent[]> {
    this.#firings.forgetAnswer();
    this.#firings.tell(rule, "retry", "response");
    try {
      const events = await askAgain(this.#guard.services.sideCalls, this.#exchange, rule);
      return await checkWhole(await this.#exchange.throughInner(this, events), this.#options);
    } catch (thrown) {
      if (thrown instanceof GraftError && thrown.kind === "content_blocked") throw thrown;
      throw this.#firings.blocked(thrown instanceof AnswerAgain ? thrown.rule : rule, "response");
    }
  }

  #keep(event: ChatEvent): void {
    this.#kept.push(event);
    this.#keptBytes += heldBytes(event);
    // Answers that are not streamed have a bound of their own.
    if (this.#keptBytes > this.#guard.maxHeldBytes && this.#streams)
      throw new GraftError("upstream_invalid", "The answer is too long for the rules that must see it as a whole.", {
        ours: true,
      });
  }

  #remember(event: ChatEvent): void {
    if (!this.#remembers) return;
    this.#kept.push(event);
    this.#keptBytes += heldBytes(event);
    if (this.#keptBytes <= this.#guard.maxHeldBytes) return;
    this.#remembers = false;
    this.#kept = [];
    // They only flag: nothing is refused because of them.
    for (const rule of this.#rules) if (rule.rule.answer !== undefined) this.#firings.unavailable(rule, true);
  }

  get #streams(): boolean {
    return this.#exchange.head?.stream === true;
  }
}
