/** What clients are told of their limits, with every answer. */
import { ceilingOf } from "../stores/check-limits";
import type { ItemState } from "../stores/limits";
import type { Charge } from "./rules";

interface Told extends ItemState {
  readonly charge: Charge;
}

/**
 * OpenAI's `x-ratelimit-*`, of the limit that is closest to its end, and the IETF's `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10) of all. What costs money is nobody's business but the operator's.
 */
export function limitHeaders(charges: readonly Charge[], states: readonly ItemState[]): Record<string, string> {
  const all = charges.flatMap((charge, at): Told[] => {
    const state = states[at];
    return state === undefined || charge.rule.unit === "cost" ? [] : [{ charge, ...state }];
  });
  // A caller in several groups has several counters of one limit.
  const rules = new Set(all.map(({ charge }) => charge.rule));
  const told = [...rules].flatMap((rule) => tightest(all.filter(({ charge }) => charge.rule === rule)) ?? []);
  const headers: Record<string, string> = {};
  addOpenAi(headers, "requests", tightest(told.filter(({ charge }) => charge.rule.unit === "requests")));
  addOpenAi(headers, "tokens", tightest(told.filter(({ charge }) => charge.rule.unit.endsWith("_tokens"))));
  if (told.length === 0) return headers;
  headers["ratelimit-policy"] = told.map(policyText).join(", ");
  headers["ratelimit"] = told.map(stateText).join(", ");
  return headers;
}

function addOpenAi(headers: Record<string, string>, of: string, it: Told | undefined): void {
  if (it === undefined) return;
  headers[`x-ratelimit-limit-${of}`] = String(ceilingOf(it.charge.rule.limit));
  headers[`x-ratelimit-remaining-${of}`] = String(Math.max(0, it.remaining));
  headers[`x-ratelimit-reset-${of}`] = durationText(it.resetMs);
}

/** As OpenAI writes them: `6m0s`, `1.5s`, `120ms`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  if (ms < 60_000) return `${Math.ceil(ms) / 1000}s`;
  const seconds = Math.ceil(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ""}${minutes}m${seconds % 60}s`;
}

function tightest(told: readonly Told[]): Told | undefined {
  const share = (it: Told) => it.remaining / ceilingOf(it.charge.rule.limit);
  return told.reduce<Told | undefined>((least, it) => (least === undefined || share(it) < share(least) ? it : least), undefined);
}

function policyText({ charge: { rule } }: Told): string {
  const unit =
    rule.unit === "requests" ? "" : `;qu="${rule.unit === "concurrency" ? "concurrent-requests" : rule.unit.replace("_", "-")}"`;
  const window = rule.unit === "concurrency" ? "" : `;w=${rule.periodMs / 1000}`;
  return `"${rule.name}";q=${ceilingOf(rule.limit)}${unit}${window}`;
}

function stateText({ charge: { rule }, remaining, resetMs }: Told): string {
  const reset = rule.unit === "concurrency" ? "" : `;t=${Math.ceil(resetMs / 1000)}`;
  return `"${rule.name}";r=${Math.max(0, remaining)}${reset}`;
}
