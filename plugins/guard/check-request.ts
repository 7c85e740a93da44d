/** Rules on requests, the cheap ones first. What one of them redacts the next no longer sees, nor does anybody outside. */
import type { ChatRequest } from "../core/chat";
import type { Exchange } from "../core/exchange";
import type { Direction } from "../core/facts";
import type { GuardRule } from "./compile";
import type { Finder } from "./finder";
import type { Firings } from "./firings";
import { readable } from "./json-escapes";
import { joinedTexts, mapTexts } from "./request-texts";
import type { RequestText, RequestView, Verdict } from "./rule";
import { TextWindow, type WatchedFinder } from "./text-window";

/** @throws GraftError where a rule blocks */
export async function checkRequest(rules: readonly GuardRule[], exchange: Exchange, firings: Firings): Promise<void> {
  for (const rule of rules) {
    if (rule.rule.remote === true) continue;
    if (rule.rule.finders !== undefined) search(rule, rule.action, rule.rule.finders, exchange, firings);
    const verdict = await rule.rule.request?.(viewOf(exchange, rule));
    if (verdict !== undefined) act(rule, verdict, exchange, firings);
  }
  const remote = rules.filter(({ rule }) => rule.remote === true);
  if (remote.length === 0) return;
  const asked = await Promise.all(
    remote.map((rule) => ask(rule, firings, async () => rule.rule.request?.(viewOf(exchange, rule)))),
  );
  for (const [index, rule] of remote.entries()) {
    const verdict = asked[index];
    if (verdict !== undefined) act(rule, verdict, exchange, firings);
  }
}

/** A rule that asks outside: one that gets no answer has fired, or not, as its configuration says. */
export async function ask(
  rule: GuardRule,
  firings: Firings,
  call: () => Promise<Verdict | undefined>,
): Promise<Verdict | undefined> {
  try {
    return await call();
  } catch {
    firings.unavailable(rule, !rule.closed);
    // Nobody has said what to replace.
    return rule.closed ? { action: rule.action === "redact" ? "block" : rule.action } : undefined;
  }
}

function act(rule: GuardRule, { action = rule.action, finders = [] }: Verdict, exchange: Exchange, firings: Firings): void {
  if (action === "redact") search(rule, action, finders, exchange, firings);
  else if (action === "flag") firings.tell(rule, action, "request");
  else throw firings.blocked(rule, "request");
}

/** Looks through the request with one rule's finders, and replaces what they find where that is what the rule does. */
function search(
  rule: GuardRule,
  action: GuardRule["action"],
  finders: readonly Finder[],
  exchange: Exchange,
  firings: Firings,
): void {
  const watched = finders.map((finder) => watch(rule, action, finder, "request", firings));
  const changed = mapTexts(exchange.request, (text, source, json) =>
    text === "" || !rule.sources.has(source) ? text : throughFinders(watched, text, json),
  );
  if (changed !== exchange.request) exchange.request = changed;
  // What is spread over several parts cannot be replaced in any of them.
  const spread = action === "redact" ? finders.map((finder) => watch(rule, "block", finder, "request", firings)) : watched;
  for (const { text, source } of joinedTexts(changed)) if (rule.sources.has(source)) throughFinders(spread, text, false);
}

/** A complete text, with what was found in it replaced. */
export function throughFinders(finders: readonly WatchedFinder[], text: string, json: boolean): string {
  const window = new TextWindow(finders, { hold: Number.POSITIVE_INFINITY, step: 1, json });
  return window.push(text) + window.end();
}

export function watch(
  rule: GuardRule,
  action: GuardRule["action"],
  finder: Finder,
  direction: Direction,
  firings: Firings,
): WatchedFinder {
  return {
    finder,
    redacts: action === "redact",
    label: `[${rule.name}]`,
    fired: () => {
      if (action !== "redact" && action !== "flag") throw firings.blocked(rule, direction);
      firings.tell(rule, action, direction);
      return action === "redact";
    },
    overran: () => {
      throw firings.blocked(rule, direction);
    },
  };
}

function viewOf(exchange: Exchange, { sources }: GuardRule): RequestView {
  const { request } = exchange;
  return { exchange, request, texts: sources.size === 0 ? [] : textsOf(request, sources) };
}

function textsOf(request: ChatRequest, sources: GuardRule["sources"]): RequestText[] {
  const texts: RequestText[] = [];
  const add = (text: string, source: RequestText["source"], json: boolean): void => {
    if (text !== "" && sources.has(source)) texts.push({ source, text: json ? readable(text, true).text : text });
  };
  mapTexts(request, (text, source, json) => {
    add(text, source, json);
    return text;
  });
  return texts;
}
