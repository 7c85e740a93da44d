/** A policy with a guard, driven as a host drives it. */

import type { ChatRequest } from "../../plugins/core/chat";
import type { ChatEvent } from "../../plugins/core/events";
import type { Caller } from "../../plugins/core/exchange";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import { type Target, targetLabel } from "../../plugins/core/target";
import type { Fault, PluginServices, PolicyShape } from "../../plugins/define-plugin";
import { guard } from "../../plugins/guard";
import {
  alias,
  answerWith,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  SSE_HEADERS,
  sent,
  target,
} from "../support/exchange";

export const SHAPE: PolicyShape = {
  models: ["m"],
  providers: ["openai", "judge"],
  regions: [],
  tags: [],
  aliases: [],
  plugins: [],
  audited: false,
  sharedStore: false,
  embedders: [],
  host: undefined,
  unpriced: () => new Map(),
};

export type RuleInput = Readonly<Record<string, unknown>>;

/** What is wrong with these rules, as `path: message`; warnings begin with `~`. */
export function faultsOf(rules: readonly RuleInput[], shape: Partial<PolicyShape> = {}): string[] {
  return guard.check(guard.config?.parse({ rules }), { ...SHAPE, ...shape }).map(shown);
}

function shown({ path, message, severity }: Fault): string {
  return `${severity === "warning" ? "~" : ""}${path.slice(2).join(".")}: ${message}`;
}

export interface Asked {
  readonly target: string;
  readonly request: ChatRequest;
  readonly purpose: string;
}

export interface Guarded {
  /** Counts, by name and labels. */
  readonly counted: ReadonlyMap<string, number>;
  /** Side calls. */
  readonly asked: readonly Asked[];
  open(it?: { caller?: Partial<Caller>; headers?: Record<string, string>; targets?: readonly Target[] }): Pipeline;
}

export interface GuardedOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  /** What side calls answer. */
  readonly answer?: (asked: Asked) => Promise<readonly ChatEvent[]>;
  readonly models?: readonly string[];
  /** Of a plugin within. */
  readonly inner?: Hooks;
}

export function guarded(
  rules: readonly RuleInput[],
  { config = {}, answer, models = ["m"], inner = {} }: GuardedOptions = {},
): Guarded {
  const counted = new Map<string, number>();
  const asked: Asked[] = [];
  const services: PluginServices = {
    ...pluginServices,
    sideCalls: {
      ...pluginServices.sideCalls,
      async ask(_exchange, to, request, { purpose }) {
        const call = { target: targetLabel(to), request, purpose };
        asked.push(call);
        if (answer === undefined) throw new Error("nobody answers");
        return answer(call);
      },
    },
    metrics: {
      counter:
        (name) =>
        (labels, by = 1) => {
          const key = `${name} ${Object.values(labels).join(" ")}`;
          counted.set(key, (counted.get(key) ?? 0) + by);
        },
    },
  };
  const opener = guard.open(guard.config?.parse({ rules, ...config }), services, {
    ...policyFacts,
    target: ({ model }) => target("openai", model),
  });
  return {
    counted,
    asked,
    open: ({ caller = {}, headers = {}, targets = [target("openai", "gpt-4o")] } = {}) =>
      openPipeline({
        aliases: models.map((name) => alias(name, targets)),
        hooks: (exchange): Hooks[] => [...Object.values(opener(exchange)), inner],
        caller,
        headers,
      }),
  };
}

/** A whole answer of OpenAI's. */
export function answerOf(content: string, message: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: "x",
    object: "chat.completion",
    created: 1,
    model: "gpt-real",
    choices: [{ index: 0, message: { role: "assistant", content, ...message }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  });
}

/** A stream of OpenAI's, one chunk a piece of text. */
export function streamOf(pieces: readonly string[]): string {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "gpt-real", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return `${chunk({ role: "assistant", content: "" })}${pieces.map((content) => chunk({ content })).join("")}${chunk({}, "stop")}data: [DONE]\n\n`;
}

export interface Streamed {
  readonly text: string;
  readonly error: { readonly message: string; readonly code: string; readonly type: string } | undefined;
  readonly done: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a client of chat completions reads of a stream. */
export function readStream(body: string): Omit<Streamed, "headers"> {
  let text = "";
  let error: Streamed["error"];
  let done = false;
  for (const line of body.split("\n")) {
    if (line === "data: [DONE]") done = true;
    else if (line.startsWith("data: ")) {
      const value = JSON.parse(line.slice(6)) as {
        choices?: { delta?: { content?: string | null } }[];
        error?: NonNullable<Streamed["error"]>;
      };
      text += value.choices?.[0]?.delta?.content ?? "";
      error ??= value.error;
    }
  }
  return { text, error, done };
}

/** @param pieces as the model wrote them */
export async function stream(
  pipeline: Pipeline,
  request: Buffer,
  pieces: readonly string[],
  cut: (body: Buffer) => readonly Uint8Array[] = (body) => [body],
): Promise<Streamed> {
  sent(await pipeline.request(request));
  const { text, headers } = await answerWith(pipeline, 200, SSE_HEADERS, cut(Buffer.from(streamOf(pieces))));
  return { ...readStream(text), headers };
}

export interface Whole {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>> & {
    readonly error?: { readonly message: string; readonly code: string };
    readonly choices?: readonly { readonly message: { readonly content: string | null } }[];
  };
  readonly headers: Readonly<Record<string, string>>;
}

export async function whole(pipeline: Pipeline, request: Buffer, body: string): Promise<Whole> {
  sent(await pipeline.request(request));
  const { status, text, headers } = await answerWith(pipeline, 200, JSON_HEADERS, [body]);
  return { status, json: JSON.parse(text) as Whole["json"], headers };
}

/** Events of an answer of text, as a side call has them. */
export function said(text: string): ChatEvent[] {
  return [
    { type: "start", id: "s", model: "second" },
    { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
    { type: "delta", choice: 0, block: 0, text },
    { type: "block-end", choice: 0, block: 0 },
    { type: "finish", choice: 0, reason: "stop" },
    { type: "usage", usage: { input: 1, output: 1 } },
  ];
}

export function contentOf({ json }: Whole): string | null | undefined {
  return json.choices?.[0]?.message.content;
}
