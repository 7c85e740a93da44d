/** What the tests of budgets have in common: budgets for single models, answers that cost a known sum, and reports. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import type { Canned } from "../../upstream/behaviour";
import { silent } from "../limits/support";

type Settings = Readonly<Record<string, unknown>>;

/** A month: none ends while a test runs, but for one at the turn of it. @param models it is for, by their names */
export function budget(name: string, limit_usd: number, models: readonly string[], more: Settings = {}): Settings {
  return { name, limit_usd, match: { models }, alerts: [], ...more };
}

/** Dollars for a million tokens of the providers `one` and `two`. */
export const PRICES = { overrides: { "one/*": { input: 1, output: 2 }, "two/*": { input: 0.1, output: 0.2 } } };

/** So many are asked for, and paid for by `paid`. */
export const ANSWER = 1000;
/** What one answer of so many tokens and its prompt cost, at the prices of `one`: a little less than is reserved for it. */
export const PRICE = 0.002_02;
/** No less than is reserved for one question of these tests at the prices of `one`. */
export const RESERVED = 0.0021;

/** An answer that cost `PRICE`, whatever was asked. */
export const paid: Canned = silent("paid", {
  usage: { prompt_tokens: 20, completion_tokens: ANSWER, total_tokens: 20 + ANSWER },
});

/** Dollars of a text as whole nano-dollars. */
export function nanos(usd: unknown): number {
  return Math.round(Number(usd ?? 0) * 1e9);
}

export interface Figures {
  readonly requests: number;
  readonly errors: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: string;
  readonly unpriced_requests: number;
  readonly estimated_requests: number;
}

export interface Report {
  readonly from: string;
  readonly to: string;
  readonly group_by: readonly string[];
  readonly rows: readonly (Figures & Readonly<Record<string, unknown>>)[];
  readonly more: boolean;
  readonly total: Figures;
}

export interface Printed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, as an operator uses it. */
export function graft(args: readonly string[], env: NodeJS.ProcessEnv = {}): Printed {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "dist/cli/main.js"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** `GET /usage` with this query. */
export async function usage(adminUrl: string | undefined, query: string): Promise<Report> {
  const answer = await fetch(`${adminUrl}/usage?${query}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Report;
}

/** The same, once so many requests are in the books: they are written a quarter of a second late at most. */
export function usageOf(adminUrl: string | undefined, query: string, requests: number): Promise<Report> {
  return until(`${requests} requests in the books`, async () => {
    const report = await usage(adminUrl, query);
    return report.total.requests >= requests ? report : undefined;
  });
}
