/** One choice of an answer, read from its deltas or from its whole message → block events. */
import type { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import type { DecodeContext } from "../../core/provider";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../../core/read-json";
import { finishReason } from "./finish-reason";
import { readAnnotation } from "./read-annotation";
import { readLogprobs } from "./read-logprobs";
import { readReasoning } from "./read-reasoning";
import { indexOf, ToolCallReader } from "./read-tool-calls";

const RARE = ["audio", "images", "annotations", "tool_calls", "function_call", "extra_content"];

const LISTS = ["content", "refusal"] as const;

export class ChoiceReader {
  readonly #writer: BlockWriter;
  readonly #index: number;
  readonly #kind: string;
  readonly #tools: ToolCallReader;
  /** Text so far, and where the open text block began in it: providers count annotations over all of it. */
  #textLength = 0;
  #blockFrom = 0;
  #finish: string | undefined;

  constructor(writer: BlockWriter, index: number, kind: string, context: DecodeContext) {
    this.#writer = writer;
    this.#index = index;
    this.#kind = kind;
    this.#tools = new ToolCallReader(writer, index, context);
  }

  /** @param delta a piece of the message, or (`whole`) all of it. */
  read(delta: JsonObject, whole: boolean): void {
    readReasoning(delta, this.#writer, this.#index, this.#kind);
    this.#content(delta["content"]);
    this.#flow("refusal", stringAt(delta, "refusal") ?? "");
    // Nearly every piece is text alone.
    if (RARE.some((field) => delta[field] !== undefined)) this.#rare(delta, whole);
  }

  #rare(delta: JsonObject, whole: boolean): void {
    this.#audio(objectAt(delta, "audio"));
    for (const image of arrayAt(delta, "images")) this.#image(image);
    for (const annotation of arrayAt(delta, "annotations")) this.#annotate(annotation);
    for (const [at, piece] of arrayAt(delta, "tool_calls").entries())
      if (isObject(piece)) this.#tools.read(piece, whole ? at : indexOf(piece));
    const legacy = objectAt(delta, "function_call");
    if (legacy !== undefined && (stringAt(legacy, "name") || stringAt(legacy, "arguments")))
      this.#tools.read({ function: legacy }, 0);
    this.#extraContent(objectAt(delta, "extra_content"));
  }

  readLogprobs(logprobs: JsonObject): void {
    for (const list of LISTS) {
      const tokens = readLogprobs(logprobs, list);
      if (tokens.length > 0) this.#writer.emit({ type: "logprobs", choice: this.#index, of: list, tokens });
    }
  }

  /** The first word counts: some providers repeat it on later chunks, or end with a plain `stop` after `tool_calls`. */
  readFinish(choice: JsonObject): void {
    this.#finish ??= stringAt(choice, "finish_reason") || stringAt(objectAt(choice, "finish_details") ?? {}, "type") || undefined;
  }

  get finished(): boolean {
    return this.#finish !== undefined;
  }

  /** Closes the choice. Held back until the answer ends, because blocks may follow the finish reason. */
  finish(): void {
    this.#tools.finish();
    const raw = this.#finish;
    if (raw !== undefined) this.#writer.finish(this.#index, finishReason(raw), raw);
    else this.#writer.finish(this.#index, this.#tools.count > 0 ? "tool-calls" : "other");
  }

  /** Text, or a list of parts (Mistral's reasoning models). */
  #content(content: unknown): void {
    if (typeof content === "string") this.#flow("text", content);
    else if (Array.isArray(content)) for (const part of content as unknown[]) if (isObject(part)) this.#part(part);
  }

  #part(part: JsonObject): void {
    const type = stringAt(part, "type");
    if (type === "text") this.#flow("text", stringAt(part, "text") ?? "");
    else if (type === "refusal") this.#flow("refusal", stringAt(part, "refusal") ?? "");
    else if (type === "image_url") this.#image(part);
    else if (type === "thinking") {
      const words =
        stringAt(part, "thinking") ??
        arrayAt(part, "thinking")
          .map((it) => (isObject(it) ? (stringAt(it, "text") ?? "") : ""))
          .join("");
      this.#writer.flow(this.#index, { kind: "reasoning", provider: this.#kind }, words);
    }
  }

  #flow(kind: "text" | "refusal", text: string): void {
    if (text === "") return;
    if (kind === "text") {
      if (!this.#writer.isOpen(this.#index, "text")) this.#blockFrom = this.#textLength;
      this.#textLength += text.length;
    }
    this.#writer.flow(this.#index, { kind }, text);
  }

  #openText(): void {
    if (this.#writer.isOpen(this.#index, "text")) return;
    this.#blockFrom = this.#textLength;
    this.#writer.closeFlows(this.#index);
    this.#writer.open(this.#index, "text", { kind: "text" }, true);
  }

  #annotate(value: unknown): void {
    const annotation = isObject(value) ? readAnnotation(value, this.#blockBase()) : undefined;
    if (annotation === undefined) return;
    this.#openText();
    this.#writer.annotation(this.#index, "text", annotation);
  }

  #blockBase(): number {
    return this.#writer.isOpen(this.#index, "text") ? this.#blockFrom : this.#textLength;
  }

  #audio(audio: JsonObject | undefined): void {
    if (audio === undefined) return;
    const id = stringAt(audio, "id") || undefined;
    const expiresAt = numberAt(audio, "expires_at");
    // Some servers fill every field they do not use with its zero value.
    if (id === undefined && !stringAt(audio, "data") && !stringAt(audio, "transcript")) return;
    if (!this.#writer.isOpen(this.#index, "audio")) {
      this.#writer.closeFlows(this.#index);
      this.#writer.open(this.#index, "audio", {
        kind: "audio",
        ...(id === undefined ? {} : { id }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
    }
    this.#writer.delta(this.#index, "audio", stringAt(audio, "transcript") ?? "", stringAt(audio, "data"));
  }

  #image(value: unknown): void {
    const image = isObject(value) ? objectAt(value, "image_url") : undefined;
    const url = image === undefined ? undefined : stringAt(image, "url");
    if (url === undefined) return;
    const comma = url.startsWith("data:") ? url.indexOf(",") : -1;
    const [mediaType, encoding] = comma === -1 || comma > 200 ? [] : url.slice("data:".length, comma).split(";");
    if (mediaType && encoding === "base64") {
      this.#writer.whole(this.#index, { kind: "image", mediaType, data: url.slice(comma + 1) });
    } else this.#writer.whole(this.#index, { kind: "image", mediaType: "", url });
  }

  /** What another gateway of this kind puts there: the signature of a text, and blocks of one provider. */
  #extraContent(content: JsonObject | undefined): void {
    for (const [provider, value] of Object.entries(content ?? {})) {
      if (!isObject(value)) continue;
      for (const block of arrayAt(value, "blocks")) {
        if (isObject(block)) this.#writer.whole(this.#index, { kind: "opaque", provider, value: block });
      }
      const signature = provider === "google" ? stringAt(value, "thought_signature") : undefined;
      if (signature === undefined) continue;
      this.#openText();
      this.#writer.signature(this.#index, "text", signature);
    }
  }
}
