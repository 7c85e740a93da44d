/** What the tests of limits have in common: limits for single models, many requests at once, and what the headers say. */
import { setTimeout as sleep } from "node:timers/promises";
import { chat, json, question } from "../../e2e/support/ask";
import type { Gate } from "../../e2e/support/gate";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import type { Behaviour, Canned } from "../../upstream/behaviour";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { graftYaml, HOST_NAMES, type HostSetup, type RunningHost } from "../support/hosts";
import { provider } from "../support/providers";
import type { HostUnderTest } from "../support/use-hosts";

type Settings = Readonly<Record<string, unknown>>;

/** An hour: no test lasts so long that anything comes back by itself. @param models it is for, by their names */
export function limit(name: string, unit: string, most: number, models: readonly string[], more: Settings = {}): Settings {
  const amount = unit === "cost" ? { limit_usd: most } : { limit: most };
  const period = unit === "concurrency" ? {} : { per: "hour" };
  return { name, unit, ...amount, ...period, match: { models }, ...more };
}

/** A provider that never rests, whatever its answers. */
export function steady(upstream: FakeUpstream): Settings {
  return provider("openai", upstream, { health: { min_requests: 1_000_000 } });
}

/** Dollars for a million tokens of the provider `one`. */
export const PRICES = { overrides: { "one/*": { input: 1, output: 2 } } };

/** A provider that waits, so that all requests have been decided on before the first is answered. */
export function held({ opened }: Gate): Behaviour {
  return { do: "hang-before-headers", until: opened };
}

export interface Burst {
  readonly admitted: readonly Seen[];
  readonly refused: readonly Seen[];
}

/**
 * Requests at once, to one address after the other; admitted ones are answered when all others have been refused.
 * @param admitted so many are waited for
 */
export async function burst(
  { urls, upstream, gate }: { urls: readonly string[]; upstream: FakeUpstream; gate: Gate },
  body: Settings,
  { count, admitted }: { readonly count: number; readonly admitted: number },
): Promise<Burst> {
  const before = upstream.requests.length;
  upstream.script(...Array.from({ length: admitted }, () => held(gate)));
  let decided = 0;
  const answers = Array.from({ length: count }, async (_, index) => {
    const seen = await chat(urls[index % urls.length] ?? "", body);
    decided += 1;
    return seen;
  });
  await until(`${count - admitted} refusals`, () => (decided >= count - admitted ? true : undefined));
  // One too many would come now.
  await sleep(50);
  gate.open();
  const seen = await Promise.all(answers);
  expect(upstream.requests.length - before).toBe(seen.filter(({ status }) => status === 200).length);
  return { admitted: seen.filter(({ status }) => status === 200), refused: seen.filter(({ status }) => status !== 200) };
}

/** What a provider reported. */
export interface Used {
  readonly input: number;
  readonly output: number;
}

interface Usage {
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

export function usageIn(body: unknown): Used {
  const { usage } = body as Usage;
  return { input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0 };
}

export function usageOf(seen: Seen): Used {
  return usageIn(json(seen));
}

export function header(seen: Seen, name: string): number {
  return Number(seen.headers[name]);
}

/** A whole answer that says nothing of its usage. */
export function silent(text: string, more: Settings = {}): Canned {
  const message = { role: "assistant", content: text };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  const body = { id: "x", object: "chat.completion", created: 1, model: "m", choices, ...more };
  return { do: "canned", headers: { "content-type": "application/json" }, pieces: [JSON.stringify(body)] };
}

/** The same file with another policy, in force when this resolves. */
export async function reload(running: RunningHost, setup: HostSetup): Promise<void> {
  const applied = () =>
    Promise.all(running.adminUrls.map((url) => metric(url, "graft_config_reloads_total", { result: "applied" })));
  const before = await applied();
  running.writeConfig(graftYaml(setup));
  await until("the new configuration", async () =>
    (await applied()).every((count, index) => count > (before[index] ?? 0)) ? true : undefined,
  );
}

export function ask(url: string, model: string, more: Settings = {}): Promise<Seen> {
  return chat(url, question(model, more));
}

type Add = (title: string, run: () => Promise<void>) => void;

/** The same tests for all hosts, each of them at once on all: hosts wait more than they work. */
export function onAllHosts(
  hosts: Readonly<Record<(typeof HOST_NAMES)[number], HostUnderTest>>,
  define: (host: HostUnderTest, add: Add) => void,
): void {
  // Tokenizers load behind a start: until they are there requests are sized more roughly, and first answers come late.
  beforeAll(() => sleep(LOADED_MS));
  const tests = new Map<string, (() => Promise<void>)[]>();
  for (const name of HOST_NAMES) define(hosts[name], (title, run) => tests.set(title, [...(tests.get(title) ?? []), run]));
  for (const [title, runs] of tests) {
    test(title, async () => {
      const ended = await Promise.allSettled(runs.map((run) => run()));
      for (const [index, it] of ended.entries()) if (it.status === "rejected") throw of(HOST_NAMES[index], it.reason);
    });
  }
}

const LOADED_MS = 3000;

function of(host: string | undefined, reason: unknown): unknown {
  if (reason instanceof Error) reason.message = `${host}: ${reason.message}`;
  return reason;
}
