/** Exchanges with the cache, over one set of stores. */
import { cache } from "../../plugins/cache";
import type { Caller } from "../../plugins/core/exchange";
import { HOSTS, type HostName } from "../../plugins/core/host";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import type { Policy } from "../../plugins/core/policy";
import type { ModelAlias } from "../../plugins/core/target";
import type { PluginServices } from "../../plugins/define-plugin";
import { openMemoryStores } from "../../plugins/stores/memory";
import {
  alias,
  answerWith,
  chat,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  SSE_HEADERS,
  target,
} from "../support/exchange";
import { VirtualClock } from "../support/virtual-clock";

export interface Asking {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: Partial<Caller>;
  /** What the provider says when it is asked; a number = that status. */
  readonly says?: string | number;
  readonly aliases?: readonly ModelAlias[];
  readonly policy?: Partial<Policy>;
}

export interface Got {
  readonly status: number;
  readonly cache: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The provider was asked. */
  readonly asked: boolean;
  readonly record: Readonly<Record<string, unknown>>;
}

export function openCache(
  config: Readonly<Record<string, unknown>> = {},
  { host = "relay", inner = [], outer = [], services: more = {} }: OpenCacheOptions = {},
) {
  const clock = new VirtualClock();
  const services: PluginServices = { ...pluginServices, clock, host: HOSTS[host], stores: openMemoryStores(clock), ...more };
  const open = cache.open(config, services, { ...policyFacts, forwardHeaders: ["openai-beta"] });
  const begin = ({
    policy = {},
    headers = {},
    caller = {},
    aliases = [alias("m", [target("openai", "gpt-test")])],
  }: Asking): Pipeline =>
    openPipeline({
      aliases,
      policy,
      headers,
      caller,
      hooks: (exchange) => [...outer.map((it) => it()), open(exchange)["main"] ?? {}, ...inner.map((it) => it())],
    });
  const ask = async (asking: Asking = {}): Promise<Got> => {
    const pipeline = begin(asking);
    const got = await finish(pipeline, asking);
    const record = await pipeline.log("aborted");
    return { ...got, record: record ?? {} };
  };
  return { clock, services, begin, ask };
}

interface OpenCacheOptions {
  readonly host?: HostName;
  readonly inner?: readonly (() => Hooks)[];
  readonly outer?: readonly (() => Hooks)[];
  readonly services?: Partial<PluginServices>;
}

async function finish(pipeline: Pipeline, { body = {}, says = "hello" }: Asking): Promise<Omit<Got, "record">> {
  const step = await pipeline.request(chat(body));
  if (step.kind === "reply") {
    let text = step.reply.body.toString();
    if (step.reply.live !== undefined) for await (const bytes of step.reply.live) text += Buffer.from(bytes).toString();
    const { status, headers } = step.reply;
    return { status, headers, cache: headers["x-graft-cache"], text, asked: false };
  }
  const stream = body["stream"] === true;
  const it =
    typeof says === "number"
      ? await answerWith(pipeline, says, JSON_HEADERS, ['{"error":{"message":"no"}}'])
      : await answerWith(pipeline, 200, stream ? SSE_HEADERS : JSON_HEADERS, [stream ? streamed(says) : whole(says)]);
  const saved = typeof says === "number" ? await pipeline.rescue() : undefined;
  const { status, headers } = saved ?? it;
  return { status, headers, cache: headers["x-graft-cache"], text: saved?.body.toString() ?? it.text, asked: true };
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

export function whole(content: string): string {
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
  return JSON.stringify({ id: "a", object: "chat.completion", created: 1, model: "gpt-test", choices, usage: USAGE });
}

/** Word by word. */
export function streamed(content: string): string {
  const chunk = (choices: unknown[], more = {}) =>
    `data: ${JSON.stringify({ id: "a", object: "chat.completion.chunk", created: 1, model: "gpt-test", choices, ...more })}\n\n`;
  const words = content.split(/(?<= )/).map((word) => chunk([{ index: 0, delta: { content: word }, finish_reason: null }]));
  const last = chunk([{ index: 0, delta: {}, finish_reason: "stop" }]);
  return `${words.join("")}${last}${chunk([], { usage: USAGE })}data: [DONE]\n\n`;
}

/** Of a whole answer or a stream. */
export function contentOf({ text }: Pick<Got, "text">): string {
  if (text.startsWith("{"))
    return (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? "";
  const lines = text.split("\n").filter((line) => line.startsWith("data: {"));
  return lines
    .map(
      (line) => (JSON.parse(line.slice(6)) as { choices: { delta?: { content?: string } }[] }).choices[0]?.delta?.content ?? "",
    )
    .join("");
}
