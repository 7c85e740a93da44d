import { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import type { ChatEvent } from "../../core/events";
import type { DecodeContext, StreamDecoder } from "../../core/provider";
import { numberAt, objectAt, stringAt } from "../../core/read-json";
import { type JsonEventReader, sseJsonDecoder, streamCutShort } from "../../core/sse-json";
import { BlockReader } from "./block-reader";
import { MessageReader } from "./message-reader";
import { errorOfBody } from "./stream-error";

export function decodeStream(context: DecodeContext): StreamDecoder {
  return sseJsonDecoder(new MessageStreamReader(context), context.maxEventBytes);
}

class MessageStreamReader implements JsonEventReader {
  readonly #writer = new BlockWriter();
  readonly #message: MessageReader;
  readonly #blocks: BlockReader;
  #started = false;

  constructor(context: DecodeContext) {
    this.#message = new MessageReader(this.#writer, context);
    this.#blocks = new BlockReader(this.#writer, context);
  }

  take(): ChatEvent[] {
    return this.#writer.take();
  }

  read(data: JsonObject): void {
    const type = stringAt(data, "type");
    if (type === "error") throw errorOfBody(objectAt(data, "error") ?? {});
    if (type === "message_start") {
      this.#start(objectAt(data, "message") ?? {});
      return;
    }
    const index = numberAt(data, "index") ?? 0;
    switch (type) {
      case "content_block_start":
        this.#start({});
        this.#blocks.start(index, objectAt(data, "content_block") ?? {});
        return;
      case "content_block_delta":
        this.#blocks.delta(index, objectAt(data, "delta") ?? {});
        return;
      case "content_block_stop":
        this.#blocks.stop(index);
        return;
      case "message_delta":
        this.#delta(objectAt(data, "delta") ?? {}, objectAt(data, "usage"));
        return;
      case "message_stop":
        if (this.#started && !this.#writer.isFinished(0)) this.#finish({}, undefined);
        return;
      default:
      // `ping`, and event types that come later (the versioning policy announces them), say nothing.
    }
  }

  end(): void {
    // `message_stop` follows at once; a proxy that leaves it out has still passed on the whole answer.
    if (!this.#writer.isFinished(0)) this.#writer.emit(streamCutShort());
  }

  #start(message: JsonObject): void {
    if (this.#started) return;
    this.#started = true;
    this.#message.start(message);
    this.#message.usage(objectAt(message, "usage"));
  }

  #delta(delta: JsonObject, usage: JsonObject | undefined): void {
    this.#start({});
    if (stringAt(delta, "stop_reason") === undefined) this.#message.usage(usage);
    else this.#finish(delta, usage);
  }

  #finish(delta: JsonObject, usage: JsonObject | undefined): void {
    this.#blocks.stopAll();
    this.#message.finish(delta, usage);
  }
}
