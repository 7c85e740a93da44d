/** Chunks or one whole document → events; the same reader for both, so that both framings mean the same. */
import { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { DecodeContext } from "../../core/provider";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../../core/read-json";
import { inBandError } from "./decode-error";
import { ChoiceReader } from "./read-choice";
import { indexOf } from "./read-tool-calls";
import { UsageReader } from "./read-usage";

/** Top-level fields that clients of this dialect know. */
const EXTRA = ["system_fingerprint", "service_tier", "provider", "citations", "search_results"];

/** Far above what anybody asks for at once (OpenAI takes 128); each costs memory until the answer ends. */
const MAX_CHOICES = 1000;

export class AnswerReader {
  readonly #writer = new BlockWriter();
  readonly #kind: string;
  readonly #context: DecodeContext;
  readonly #choices = new Map<number, ChoiceReader>();
  readonly #usage = new UsageReader();
  #started = false;

  constructor(kind: string, context: DecodeContext) {
    this.#kind = kind;
    this.#context = context;
  }

  /** @throws GraftError when the chunk carries an error. */
  read(value: JsonObject, whole: boolean): void {
    const error = inBandError(value);
    if (error !== undefined) throw error;
    const choices = arrayAt(value, "choices");
    const usage = this.#usage.read(value);
    // Azure's first chunk only has prompt filter results, and neither id nor model yet.
    if (choices.length === 0 && usage === undefined) return;
    this.#start(value);
    for (const [at, choice] of choices.entries()) if (isObject(choice)) this.#choice(choice, indexOf(choice) ?? at, whole);
    if (usage !== undefined) this.#writer.emit({ type: "usage", usage });
  }

  take(): ChatEvent[] {
    return this.#writer.take();
  }

  get started(): boolean {
    return this.#started;
  }

  /** Every choice seen has said why it ended. */
  get finished(): boolean {
    return this.#choices.size > 0 && [...this.#choices.values()].every((choice) => choice.finished);
  }

  finish(): void {
    for (const choice of this.#choices.values()) choice.finish();
  }

  #start(value: JsonObject): void {
    if (this.#started) return;
    this.#started = true;
    const created = numberAt(value, "created");
    const extra = EXTRA.filter((key) => (value[key] ?? undefined) !== undefined).map((key) => [key, value[key]] as const);
    this.#writer.emit({
      type: "start",
      id: stringAt(value, "id") || this.#context.newId("chatcmpl-"),
      model: stringAt(value, "model") || this.#context.model,
      ...(created ? { created: Math.floor(created) } : {}),
      ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
    });
  }

  #choice(value: JsonObject, index: number, whole: boolean): void {
    let choice = this.#choices.get(index);
    const isFirst = choice === undefined;
    if (isFirst && this.#choices.size === MAX_CHOICES)
      throw new GraftError("upstream_invalid", "The provider sent too many choices.");
    choice ??= new ChoiceReader(this.#writer, index, this.#kind, this.#context);
    this.#choices.set(index, choice);
    // Perplexity sends both on every chunk: the piece and all so far.
    const message = objectAt(value, "message");
    const delta = whole ? (message ?? objectAt(value, "delta")) : (objectAt(value, "delta") ?? (isFirst ? message : undefined));
    if (delta !== undefined) choice.read(delta, whole);
    const logprobs = objectAt(value, "logprobs");
    if (logprobs !== undefined) choice.readLogprobs(logprobs);
    choice.readFinish(value);
  }
}
