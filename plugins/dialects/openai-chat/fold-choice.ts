/** One choice of a whole answer, folded from its events. */
import type { BlockStart, ChatEvent, FinishReason } from "../../core/events";
import { encodeFinish, encodeImage, encodeLogprob, nativeFinish, thoughtSignature } from "./encode-answer";
import { type SideBlock, SideData } from "./side-data";

interface Audio {
  readonly id: string | undefined;
  readonly expires_at: number | undefined;
  data: string;
  transcript: string;
}

interface Call {
  readonly start: Extract<BlockStart, { kind: "tool-call" }>;
  readonly block: SideBlock;
  text: string;
}

type ChoiceEvent = Exclude<ChatEvent, { type: "start" | "usage" | "error" }>;

export class ChoiceFold {
  readonly #side = new SideData();
  readonly #open = new Map<number, SideBlock>();
  readonly #text: { content?: string; refusal?: string; reasoning?: string } = {};
  readonly #calls = new Map<number, Call>();
  readonly #images: object[] = [];
  readonly #logprobs = { content: [] as object[], refusal: [] as object[] };
  #audio: Audio | undefined;
  #finish: { reason: FinishReason; raw: string | undefined } | undefined;

  add(event: ChoiceEvent): void {
    if (event.type === "finish") this.#finish = { reason: event.reason, raw: event.raw };
    else if (event.type === "logprobs") for (const token of event.tokens) this.#logprobs[event.of].push(encodeLogprob(token));
    else if (event.type === "block-start") this.#start(event.block, event.start);
    else {
      const block = this.#open.get(event.block);
      if (block === undefined) return;
      if (event.type === "delta") this.#delta(event.block, block, event.text, event.data);
      else if (event.type === "signature") block.signature = event.signature;
      else if (event.type === "annotation") block.annotations.push(event.annotation);
      else this.#side.close(block);
    }
  }

  #start(at: number, start: BlockStart): void {
    const block = this.#side.open(start);
    this.#open.set(at, block);
    if (start.kind === "tool-call") this.#calls.set(at, { start, block, text: "" });
    else if (start.kind === "image") this.#images.push(encodeImage(start, this.#images.length));
    else if (start.kind === "text") this.#text.content ??= "";
    else if (start.kind === "audio") this.#audio ??= { id: start.id, expires_at: start.expiresAt, data: "", transcript: "" };
  }

  #delta(at: number, block: SideBlock, text: string, data: string | undefined): void {
    this.#side.add(block, text);
    const { kind } = block.start;
    if (kind === "text") this.#text.content += text;
    else if (kind === "reasoning") this.#text.reasoning = (this.#text.reasoning ?? "") + text;
    else if (kind === "refusal") this.#text.refusal = (this.#text.refusal ?? "") + text;
    else if (kind === "audio" && this.#audio !== undefined) {
      this.#audio.transcript += text;
      this.#audio.data += data ?? "";
    } else {
      const call = this.#calls.get(at);
      if (call !== undefined) call.text += text;
    }
  }

  encode(index: number, newId: (prefix: string) => string, legacyFunctions: boolean): object {
    const { content, refusal, reasoning } = this.#text;
    const calls = [...this.#calls.values()];
    const silent = calls.length === 0 && refusal === undefined && this.#audio === undefined;
    const message = {
      role: "assistant",
      content: content ?? (silent ? "" : null),
      refusal: refusal ?? null,
      reasoning_content: reasoning,
      ...this.#side.encode(),
      audio: this.#audio === undefined ? undefined : { ...this.#audio, id: this.#audio.id ?? newId("audio_") },
      images: this.#images.length === 0 ? undefined : this.#images,
      ...encodeCalls(calls, legacyFunctions),
    };
    const { content: tokens, refusal: refusalTokens } = this.#logprobs;
    const finish = this.#finish;
    return {
      index,
      message,
      logprobs:
        tokens.length + refusalTokens.length === 0
          ? null
          : { content: tokens.length === 0 ? null : tokens, refusal: refusalTokens.length === 0 ? null : refusalTokens },
      finish_reason: finish === undefined ? null : encodeFinish(finish.reason, legacyFunctions),
      ...(finish === undefined ? {} : nativeFinish(finish.reason, finish.raw)),
    };
  }
}

function encodeCalls(calls: readonly Call[], legacyFunctions: boolean): object {
  if (calls.length === 0) return {};
  // The deprecated form holds one call; models asked in it make one.
  if (legacyFunctions) return { function_call: calls.map(encodeFunction)[0] };
  return { tool_calls: calls.map(encodeCall) };
}

function encodeCall(call: Call): object {
  const { start, block, text } = call;
  const signature = block.signature ?? start.signature;
  return {
    id: start.id,
    ...(start.custom === true
      ? { type: "custom", custom: { name: start.name, input: text } }
      : { type: "function", function: encodeFunction(call) }),
    extra_content: signature === undefined ? undefined : thoughtSignature(signature),
  };
}

/** Clients parse the arguments as JSON; "" is what providers send for a call without any. */
function encodeFunction({ start, text }: Call): object {
  return { name: start.name, arguments: text === "" ? "{}" : text };
}
