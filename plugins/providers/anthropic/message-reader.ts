/** What surrounds the content blocks: identity, stop reason, usage. Shared by whole and streamed answers. */
import type { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import type { DecodeContext } from "../../core/provider";
import { objectAt, stringAt } from "../../core/read-json";
import { finishReason } from "./finish-reason";
import { UsageReader } from "./usage";

export class MessageReader {
  readonly #writer: BlockWriter;
  readonly #context: DecodeContext;
  readonly #usage = new UsageReader();

  constructor(writer: BlockWriter, context: DecodeContext) {
    this.#writer = writer;
    this.#context = context;
  }

  start(message: JsonObject): void {
    this.#writer.emit({
      type: "start",
      id: stringAt(message, "id") ?? this.#context.newId("msg_"),
      model: stringAt(message, "model") ?? this.#context.model,
    });
  }

  usage(usage: JsonObject | undefined): void {
    const total = this.#usage.read(usage);
    if (total !== undefined) this.#writer.emit({ type: "usage", usage: total });
  }

  /** @param ended what holds `stop_reason` and `stop_details`: the message itself, or the delta of `message_delta`. */
  finish(ended: JsonObject, usage: JsonObject | undefined = objectAt(ended, "usage")): void {
    const raw = stringAt(ended, "stop_reason");
    // Present (or null) on every answer; the explanation is the only text a classifier's refusal has.
    const explanation = stringAt(objectAt(ended, "stop_details") ?? {}, "explanation");
    if (raw === "refusal" && explanation !== undefined && explanation !== "" && !this.#writer.isFinished(0)) {
      this.#writer.open(0, "refusal", { kind: "refusal" });
      this.#writer.delta(0, "refusal", explanation);
    }
    if (raw === undefined) this.#writer.finish(0, "stop");
    else this.#writer.finish(0, finishReason(raw), raw);
    this.usage(usage);
  }
}
