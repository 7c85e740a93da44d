/**
 * Reads `GenerateContentResponse`s, one for a whole answer, many for a stream: both have the same shape, a stream's later ones
 * continue the parts of the earlier ones. There is no end mark but the finish reason.
 */
import { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import type { ChatEvent, Usage } from "../../core/events";
import type { DecodeContext } from "../../core/provider";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../../core/read-json";
import { citationAnnotations, groundingAnnotations } from "./annotations";
import { inBandError } from "./decode-error";
import { finishReason } from "./finish-reason";
import { logprobsOf } from "./logprobs";
import { PartReader } from "./part-reader";
import { UsageReader } from "./read-usage";

interface Candidate {
  readonly parts: PartReader;
  finish: string | undefined;
  chunks: readonly unknown[];
  supports: readonly unknown[];
  citations: JsonObject | undefined;
}

export class AnswerReader {
  readonly #context: DecodeContext;
  readonly #writer = new BlockWriter();
  readonly #candidates = new Map<number, Candidate>();
  #started = false;
  #blocked: string | undefined;
  readonly #usage: UsageReader;
  #told: Usage | undefined;

  constructor(context: DecodeContext) {
    this.#context = context;
    this.#usage = new UsageReader(context.model);
  }

  /** @throws GraftError for an in-band error. */
  read(response: JsonObject): void {
    const error = objectAt(response, "error");
    if (error !== undefined) throw inBandError(error);
    this.#start(response);
    for (const candidate of arrayAt(response, "candidates")) if (isObject(candidate)) this.#candidate(candidate);
    const feedback = objectAt(response, "promptFeedback");
    if (feedback !== undefined) this.#blocked ??= stringAt(feedback, "blockReason");
    const metadata = objectAt(response, "usageMetadata");
    if (metadata !== undefined) this.#usage.readCounts(metadata);
    this.#tellUsage();
  }

  /**
   * Ends every choice. Held until here because early models repeat `STOP` with every stream event.
   * @param missing what a choice without finish reason means; `undefined` = the answer is not complete.
   * @returns false when it is not.
   */
  end(missing: string | undefined): boolean {
    // A refused prompt has no candidates: for the client that is an empty answer the filter ended, as OpenAI does it.
    if (this.#candidates.size === 0 && this.#blocked !== undefined) {
      this.#writer.finish(0, "content-filter", this.#blocked);
      return true;
    }
    for (const [choice, candidate] of this.#candidates) {
      const finish = candidate.finish ?? missing;
      if (finish === undefined) return false;
      this.#annotate(choice, candidate);
      this.#writer.finish(choice, finishReason(finish, candidate.parts.hasCalls), finish === "" ? undefined : finish);
    }
    return this.#candidates.size > 0;
  }

  take(): ChatEvent[] {
    return this.#writer.take();
  }

  #start(response: JsonObject): void {
    if (this.#started) return;
    this.#started = true;
    const created = Date.parse(stringAt(response, "createTime") ?? "");
    this.#writer.emit({
      type: "start",
      id: stringAt(response, "responseId") ?? this.#context.newId("chatcmpl-"),
      model: stringAt(response, "modelVersion") ?? this.#context.model,
      ...(Number.isNaN(created) ? {} : { created: Math.floor(created / 1000) }),
    });
  }

  /** With every stream event, as far as it got; told on when it changes, so that an answer broken off still has its counts. */
  #tellUsage(): void {
    const usage = this.#usage.total;
    if (usage === undefined || JSON.stringify(usage) === JSON.stringify(this.#told)) return;
    this.#told = usage;
    this.#writer.emit({ type: "usage", usage });
  }

  #candidate(wire: JsonObject): void {
    const choice = numberAt(wire, "index") ?? 0;
    const candidate = this.#candidateOf(choice);
    const content = objectAt(wire, "content");
    if (content !== undefined) {
      for (const part of arrayAt(content, "parts")) if (isObject(part)) candidate.parts.read(part);
    }
    const result = objectAt(wire, "logprobsResult");
    const tokens = result === undefined ? [] : logprobsOf(result);
    if (tokens.length > 0) this.#writer.emit({ type: "logprobs", choice, of: "content", tokens });
    candidate.finish = stringAt(wire, "finishReason") ?? candidate.finish;
    candidate.citations = objectAt(wire, "citationMetadata") ?? candidate.citations;
    const grounding = objectAt(wire, "groundingMetadata");
    if (grounding === undefined) return;
    this.#usage.readSearches(grounding);
    candidate.chunks = latest(arrayAt(grounding, "groundingChunks"), candidate.chunks);
    candidate.supports = latest(arrayAt(grounding, "groundingSupports"), candidate.supports);
  }

  #candidateOf(choice: number): Candidate {
    let candidate = this.#candidates.get(choice);
    if (candidate === undefined) {
      const parts = new PartReader(this.#writer, choice, this.#context);
      candidate = { parts, finish: undefined, chunks: [], supports: [], citations: undefined };
      this.#candidates.set(choice, candidate);
    }
    return candidate;
  }

  #annotate(choice: number, { parts, chunks, supports, citations }: Candidate): void {
    if (chunks.length === 0 && citations === undefined) return;
    const found = [
      ...groundingAnnotations(chunks, supports, parts.text),
      ...(citations === undefined ? [] : citationAnnotations(citations, parts.text)),
    ];
    if (found.length > 0) parts.openText();
    for (const annotation of found) this.#writer.annotation(choice, "text", annotation);
  }
}

function latest(found: readonly unknown[], before: readonly unknown[]): readonly unknown[] {
  return found.length === 0 ? before : found;
}
