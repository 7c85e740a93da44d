/** Whether a rule is for a request, as much as is known of it by now. */
import { type Match, matches } from "../accounting";
import type { Exchange } from "../core/exchange";
import type { When } from "./config";

/** @param models what the request was asked for and where it was sent instead: a rule for one of them stays in force */
export type IsFor = (exchange: Exchange, models: ReadonlySet<string>) => boolean;

/** As `redact` calls it. */
const ALL = "all";
const STAR = "*";

export function isForOf({ models, headers, entities, min_count, ...rest }: When): IsFor {
  const match: Match = { ...rest, models: [], headers: {} };
  const patterns = headers.map(({ name, values }) => ({ name, values: values.map(patternOf) }));
  const wanted = new Set(entities);
  return (exchange, asked) =>
    matches(match, exchange) &&
    (models.length === 0 || models.some((model) => asked.has(model))) &&
    patterns.every(({ name, values }) => spoken(exchange.client.headers[name]).some((it) => values.some((fits) => fits(it)))) &&
    (wanted.size === 0 || found(exchange, wanted) >= min_count);
}

function patternOf(pattern: string): (value: string) => boolean {
  const [start = "", end] = pattern.toLowerCase().split(STAR);
  if (end === undefined) return (value) => value === start;
  return (value) => value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
}

/** A client that sends a header twice must not get around a rule for either value. */
function spoken(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const values = header.toLowerCase();
  return [values.trim(), ...values.split(",").map((it) => it.trim())];
}

/** In both directions: what is known of an answer goes along to the classifiers that look at it. */
function found(exchange: Exchange, wanted: ReadonlySet<string>): number {
  let count = 0;
  for (const { entity, group, count: more } of exchange.facts.of("entity-found")) {
    if (wanted.has(ALL) || wanted.has(entity) || (group !== undefined && wanted.has(group))) count += more;
  }
  return count;
}
