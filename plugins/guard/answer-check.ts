/** Rules on answers: a window for what can be seen as it comes by, and a look at the whole for the rest. */
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import { AnswerWindows } from "./answer-windows";
import { ask, watch } from "./check-request";
import type { GuardRule } from "./compile";
import type { Finder } from "./finder";
import type { Firings } from "./firings";
import { foldAnswer } from "./fold-answer";
import type { AnswerView, Verdict } from "./rule";
import { holdFor } from "./text-window";

export interface CheckOptions {
  readonly exchange: Exchange;
  readonly rules: readonly GuardRule[];
  readonly firings: Firings;
  readonly step: number;
}

/** The model shall answer again. */
export class AnswerAgain extends Error {
  readonly rule: GuardRule;

  constructor(rule: GuardRule) {
    super("the answer is not accepted");
    this.rule = rule;
  }
}

/** One answer past the rules that need no more than a window of it. */
export class PassingCheck {
  readonly #options: CheckOptions;
  readonly #windows: AnswerWindows;
  readonly #watchers: { readonly rule: GuardRule; readonly tooMuch: (event: ChatEvent) => boolean }[];

  /** @param streams else its text is looked at when it is complete */
  constructor(options: CheckOptions, streams: boolean) {
    this.#options = options;
    const { rules, step } = options;
    const searched = rules.flatMap((rule) => (rule.rule.finders ?? []).map((finder) => ({ rule, finder })));
    this.#windows = windowsOf(options, searched, step, streams);
    this.#watchers = rules.flatMap((rule) => {
      const tooMuch = rule.rule.watch?.();
      return tooMuch === undefined ? [] : [{ rule, tooMuch }];
    });
  }

  /** @throws GraftError where a rule blocks */
  push(event: ChatEvent): readonly ChatEvent[] {
    for (const { rule, tooMuch } of this.#watchers) if (tooMuch(event)) enforce(rule, rule.action, this.#options.firings);
    if (event.type !== "error") return this.#windows.push(event);
    return [...this.#windows.end(), event];
  }

  end(): readonly ChatEvent[] {
    return this.#windows.end();
  }
}

/** A complete answer past all rules. @throws GraftError where a rule blocks, AnswerAgain where one wants another answer */
export async function checkWhole(events: readonly ChatEvent[], options: CheckOptions): Promise<readonly ChatEvent[]> {
  const passing = new PassingCheck(options, false);
  const passed: ChatEvent[] = [];
  for (const event of events) for (const it of passing.push(event)) passed.push(it);
  for (const it of passing.end()) passed.push(it);
  return judgeWhole(passed, options);
}

/** Only what must see the answer as a whole: the cheap first, then those that ask somebody, all at one time. */
export async function judgeWhole(events: readonly ChatEvent[], options: CheckOptions): Promise<readonly ChatEvent[]> {
  const { rules, exchange, firings } = options;
  const judges = rules.filter(({ rule }) => rule.answer !== undefined);
  if (judges.length === 0) return events;
  const view = foldAnswer(events, exchange);
  let current = events;
  for (const rule of judges) {
    if (rule.rule.remote !== true) current = obey(rule, await rule.rule.answer?.(view), current, options);
  }
  const remote = judges.filter(({ rule }) => rule.remote === true);
  const seen: AnswerView = current === events ? view : foldAnswer(current, exchange);
  const asked = await Promise.all(remote.map((rule) => ask(rule, firings, async () => rule.rule.answer?.(seen))));
  for (const [index, rule] of remote.entries()) current = obey(rule, asked[index], current, options);
  return current;
}

function obey(
  rule: GuardRule,
  verdict: Verdict | undefined,
  events: readonly ChatEvent[],
  options: CheckOptions,
): readonly ChatEvent[] {
  if (verdict === undefined) return events;
  const { action = rule.action, finders = [] } = verdict;
  if (action !== "redact") {
    enforce(rule, action, options.firings);
    return events;
  }
  const redacting = { ...rule, action };
  const windows = windowsOf(
    options,
    finders.map((finder) => ({ rule: redacting, finder })),
    1,
    false,
  );
  return [...events.flatMap((event) => windows.push(event)), ...windows.end()];
}

function enforce(rule: GuardRule, action: GuardRule["action"], firings: Firings): void {
  if (action === "flag") firings.tell(rule, action, "response");
  else if (action === "retry") throw new AnswerAgain(rule);
  else throw firings.blocked(rule, "response");
}

function windowsOf(
  { firings }: CheckOptions,
  searched: readonly { readonly rule: GuardRule; readonly finder: Finder }[],
  step: number,
  streams: boolean,
): AnswerWindows {
  const watched = (strict: boolean) =>
    searched.map(({ rule, finder }) => {
      const action = strict && rule.action === "redact" ? "block" : rule.action;
      const it = watch(rule, action, finder, "response", firings);
      return action === "retry" ? { ...it, fired: () => again(rule) } : it;
    });
  const hold = streams ? holdFor(searched.map(({ finder }) => finder)) : Number.POSITIVE_INFINITY;
  return new AnswerWindows(watched(false), { hold, step, strict: watched(true) });
}

function again(rule: GuardRule): never {
  throw new AnswerAgain(rule);
}
