/** One exchange through the plugin: what the provider got, and what the client gets for an answer. */
import type { Exchange } from "../../../plugins/core/exchange";
import type { Pipeline } from "../../../plugins/core/pipeline";
import type { Hooks } from "../../../plugins/core/plugin";
import { compileRedactor } from "../../../plugins/redact/compile";
import { redactSchema } from "../../../plugins/redact/config";
import { redactExchange } from "../../../plugins/redact/exchange";
import {
  alias,
  answerWith,
  chat,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  SSE_HEADERS,
  sent,
  target,
} from "../../support/exchange";
import { cutBy } from "../../support/pieces";
import { type Provider, type Said, streamed, whole } from "./providers";

export type Settings = Readonly<Record<string, unknown>>;

export function hooksOf(settings: Settings): (exchange: Exchange) => readonly Hooks[] {
  const redactor = compileRedactor(redactSchema.parse(settings), pluginServices, policyFacts);
  return (exchange) => {
    const { main, response } = redactExchange(redactor, exchange);
    return [main, response];
  };
}

export function open(
  settings: Settings = {},
  provider: Provider | "openai-compatible" = "openai",
  hooks = hooksOf(settings),
): Pipeline {
  return openPipeline({ aliases: [alias("m", [target(provider, "m")])], hooks, policy: { unsupportedParams: "drop" } });
}

export interface Asked {
  readonly pipeline: Pipeline;
  /** What the provider got. */
  readonly body: string;
}

export async function ask(pipeline: Pipeline, request: Settings): Promise<Asked> {
  const { request: outgoing } = sent(await pipeline.request(chat(request)));
  return { pipeline, body: `${outgoing.path}\n${outgoing.body.toString("utf8")}` };
}

export const one = (text: string): readonly string[] => [text];

/** By characters, as models write: never half a character. */
export function by(size: () => number): (text: string) => readonly string[] {
  return (text) => {
    const characters = [...text];
    const out: string[] = [];
    for (let at = 0; at < characters.length; ) {
      const end = at + Math.max(1, size());
      out.push(characters.slice(at, end).join(""));
      at = end;
    }
    return out;
  };
}

/** @param split into deltas; `undefined` = not streamed. @param bytes size of the network's pieces */
export async function answer(
  { pipeline }: Pick<Asked, "pipeline">,
  provider: Provider,
  said: Said,
  split?: (text: string) => readonly string[],
  bytes = 1_000_000,
): Promise<Said & { readonly raw: string; readonly status: number }> {
  const body = Buffer.from(split === undefined ? whole(provider, said) : streamed(provider, said, split));
  const got = await answerWith(
    pipeline,
    200,
    split === undefined ? JSON_HEADERS : SSE_HEADERS,
    cutBy(body, () => bytes),
  );
  return { ...(split === undefined ? readWhole(got.text) : readStream(got.text)), raw: got.text, status: got.status };
}

interface Wire {
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly { readonly function?: { readonly name?: string; readonly arguments?: string } }[];
}

function said(messages: readonly Wire[]): Said {
  const join = (of: (wire: Wire) => string | null | undefined): string | undefined => {
    const found = messages.map(of).filter((it) => typeof it === "string");
    return found.length === 0 ? undefined : found.join("");
  };
  const text = join((it) => it.content);
  const reasoning = join((it) => it.reasoning_content);
  const name = join((it) => it.tool_calls?.[0]?.function?.name);
  const args = join((it) => it.tool_calls?.[0]?.function?.arguments);
  return {
    ...(text === undefined ? {} : { text }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(name === undefined ? {} : { tool: { name, args: args ?? "" } }),
  };
}

function readWhole(text: string): Said {
  const answer = JSON.parse(text) as { choices?: { message: Wire }[] };
  return said((answer.choices ?? []).map(({ message }) => message));
}

export function readStream(text: string): Said {
  const chunks = text
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: {"))
    .map((frame) => JSON.parse(frame.slice(6)) as { choices?: { delta: Wire }[] });
  return said(chunks.flatMap(({ choices }) => (choices ?? []).map(({ delta }) => delta)));
}
