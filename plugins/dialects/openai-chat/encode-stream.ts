/**
 * Events → chat.completion.chunk frames. The hottest path of translation: everything around a piece of text is built once per
 * block, so that a piece costs one JSON.stringify of its own text.
 */
import type { EncodeContext, StreamEncoder } from "../../core/dialect";
import type { BlockStart, ChatEvent, Usage } from "../../core/events";
import { encodeSse } from "../../core/sse";
import { encodeFinish, encodeImage, encodeLogprob, extraMembers, nativeFinish, thoughtSignature } from "./encode-answer";
import { errorJson } from "./encode-error";
import { encodeUsage } from "./encode-usage";
import { type SideBlock, SideData } from "./side-data";

interface OpenBlock {
  readonly side: SideBlock;
  /** What stands around the JSON of a piece of text; `undefined` = this kind has no such pieces. */
  readonly frame: { readonly head: string; readonly tail: string } | undefined;
  /** Position among the choice's tool calls, of a tool call. */
  readonly toolIndex: number;
  said: boolean;
}

interface Choice {
  readonly index: number;
  readonly side: SideData;
  readonly blocks: Map<number, OpenBlock>;
  tools: number;
  images: number;
}

export class ChunkEncoder implements StreamEncoder {
  readonly #context: EncodeContext;
  readonly #legacy: boolean;
  /** From `data: {` to the model, and what ends every chunk: OpenAI says `"usage":null` on all but the last when usage was asked for. */
  #prefix = "";
  readonly #suffix: string;
  readonly #choices = new Map<number, Choice>();
  #usage: Usage | undefined;

  constructor(context: EncodeContext) {
    this.#context = context;
    this.#legacy = context.legacyFunctions === true;
    this.#suffix = context.includeUsage ? `,"usage":null}\n\n` : "}\n\n";
  }

  push(event: ChatEvent): string {
    if (event.type === "delta") return this.#delta(event.choice, event.block, event.text, event.data);
    if (event.type === "error") return encodeSse(errorJson(event.error));
    if (event.type === "start") return this.#start(event);
    if (event.type === "usage") {
      this.#usage = event.usage;
      return "";
    }
    const first = this.#choices.has(event.choice) ? "" : this.#begin(event.choice);
    return first + this.#ofChoice(this.#choice(event.choice), event);
  }

  end(): string {
    const usage = this.#context.includeUsage ? this.#usage : undefined;
    const last = usage === undefined ? "" : `${this.#prefix}"choices":[],"usage":${JSON.stringify(encodeUsage(usage))}}\n\n`;
    return `${last}data: [DONE]\n\n`;
  }

  #start({ id, model, created, extra }: Extract<ChatEvent, { type: "start" }>): string {
    const members = extraMembers(extra);
    const isShort = ([, value]: [string, unknown]): boolean => typeof value !== "object";
    const head = JSON.stringify({
      id: id || this.#context.newId("chatcmpl-"),
      object: "chat.completion.chunk",
      created: created ?? this.#context.created,
      model,
      ...Object.fromEntries(members.filter(isShort)),
    });
    this.#prefix = `data: ${head.slice(0, -1)},`;
    // Lists of sources and the like are said once.
    const rest = Object.fromEntries(members.filter((member) => !isShort(member)));
    return this.#begin(0, JSON.stringify(rest).slice(1, -1));
  }

  #begin(choice: number, members = ""): string {
    this.#choice(choice);
    const first = this.#chunk(choice, `{"role":"assistant","content":"","refusal":null}`);
    return members === "" ? first : `${this.#prefix}${members},${first.slice(this.#prefix.length)}`;
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { index, side: new SideData(), blocks: new Map(), tools: 0, images: 0 };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #ofChoice(choice: Choice, event: Exclude<ChatEvent, { type: "start" | "usage" | "error" | "delta" }>): string {
    if (event.type === "block-start") return this.#open(choice, event.block, event.start);
    if (event.type === "finish") {
      const side = choice.side.encode();
      const before = side === undefined ? "" : this.#chunk(choice.index, JSON.stringify(side));
      const reason = encodeFinish(event.reason, this.#legacy);
      const native = JSON.stringify(nativeFinish(event.reason, event.raw)).slice(1, -1);
      return before + this.#chunk(choice.index, "{}", "null", JSON.stringify(reason) + (native === "" ? "" : `,${native}`));
    }
    if (event.type === "logprobs") {
      const lists = { content: null, refusal: null, [event.of]: event.tokens.map(encodeLogprob) };
      return this.#chunk(choice.index, "{}", JSON.stringify(lists));
    }
    const block = choice.blocks.get(event.block);
    if (block === undefined) return "";
    if (event.type === "annotation") block.side.annotations.push(event.annotation);
    else if (event.type === "signature") return this.#sign(choice, block, event.signature);
    else return this.#close(choice, event.block, block);
    return "";
  }

  #open(choice: Choice, at: number, start: BlockStart): string {
    const toolIndex = start.kind === "tool-call" ? choice.tools++ : 0;
    const delta = deltaAround(start.kind, start.kind === "tool-call" && start.custom === true, toolIndex, this.#legacy);
    const frame = delta === undefined ? undefined : this.#frame(choice.index, delta[0], delta[1]);
    choice.blocks.set(at, { side: choice.side.open(start), frame, toolIndex, said: false });
    if (start.kind === "tool-call") return this.#openTool(choice, start, toolIndex);
    if (start.kind === "image")
      return this.#chunk(choice.index, JSON.stringify({ images: [encodeImage(start, choice.images++)] }));
    if (start.kind !== "audio") return "";
    const audio = { id: start.id ?? this.#context.newId("audio_"), expires_at: start.expiresAt };
    return this.#chunk(choice.index, JSON.stringify({ audio }));
  }

  /** `id`, `type` and `name` come with the first piece only: clients concatenate what repeats. */
  #openTool(choice: Choice, start: Extract<BlockStart, { kind: "tool-call" }>, index: number): string {
    const { id, name, signature } = start;
    if (this.#legacy)
      return index > 0 ? "" : this.#chunk(choice.index, JSON.stringify({ function_call: { name, arguments: "" } }));
    const call = {
      index,
      id,
      ...(start.custom === true
        ? { type: "custom", custom: { name, input: "" } }
        : { type: "function", function: { name, arguments: "" } }),
      extra_content: signature === undefined ? undefined : thoughtSignature(signature),
    };
    return this.#chunk(choice.index, JSON.stringify({ tool_calls: [call] }));
  }

  #delta(choiceIndex: number, at: number, text: string, data: string | undefined): string {
    const choice = this.#choices.get(choiceIndex);
    const block = choice?.blocks.get(at);
    if (choice === undefined || block === undefined) return "";
    choice.side.add(block.side, text);
    if (text !== "") block.said = true;
    if (block.frame !== undefined) return block.frame.head + JSON.stringify(text) + block.frame.tail;
    if (block.side.start.kind !== "audio") return "";
    return this.#chunk(choiceIndex, JSON.stringify({ audio: { ...(text === "" ? {} : { transcript: text }), data } }));
  }

  #sign(choice: Choice, block: OpenBlock, signature: string): string {
    block.side.signature = signature;
    if (block.side.start.kind !== "tool-call" || this.#legacy) return "";
    const call = { index: block.toolIndex, extra_content: thoughtSignature(signature) };
    return this.#chunk(choice.index, JSON.stringify({ tool_calls: [call] }));
  }

  #close(choice: Choice, at: number, block: OpenBlock): string {
    choice.side.close(block.side);
    choice.blocks.delete(at);
    const { start } = block.side;
    // Clients parse the arguments as JSON; some providers send none for a call without any.
    const bare = start.kind === "tool-call" && start.custom !== true && !block.said && block.frame !== undefined;
    return bare ? `${block.frame?.head}"{}"${block.frame?.tail}` : "";
  }

  #chunk(choice: number, delta: string, logprobs = "null", finish = "null"): string {
    return `${this.#prefix}"choices":[{"index":${choice},"delta":${delta},"logprobs":${logprobs},"finish_reason":${finish}}]${this.#suffix}`;
  }

  #frame(choice: number, before: string, after: string): { head: string; tail: string } {
    return {
      head: `${this.#prefix}"choices":[{"index":${choice},"delta":{${before}`,
      tail: `${after}},"logprobs":null,"finish_reason":null}]${this.#suffix}`,
    };
  }
}

/** What stands before and after the JSON text inside `delta`. */
function deltaAround(
  kind: BlockStart["kind"],
  custom: boolean,
  toolIndex: number,
  legacy: boolean,
): readonly [string, string] | undefined {
  if (kind === "text") return [`"content":`, ""];
  if (kind === "reasoning") return [`"reasoning_content":`, ""];
  if (kind === "refusal") return [`"refusal":`, ""];
  if (kind !== "tool-call") return undefined;
  if (legacy) return toolIndex > 0 ? undefined : [`"function_call":{"arguments":`, "}"];
  return custom
    ? [`"tool_calls":[{"index":${toolIndex},"custom":{"input":`, "}}]"]
    : [`"tool_calls":[{"index":${toolIndex},"function":{"arguments":`, "}}]"];
}
