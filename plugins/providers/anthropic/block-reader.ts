/**
 * One answer's content blocks → block events; the same code for streamed and whole answers (a whole block is a start that already
 * holds everything). What cannot be told before a block is complete (custom tool input, opaque blocks) is said at its end.
 */

import type { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import { GraftError } from "../../core/errors";
import type { BlockStart } from "../../core/events";
import type { DecodeContext } from "../../core/provider";
import { arrayAt, isObject, objectAt, parseJson, stringAt } from "../../core/read-json";
import { annotationOf } from "./citation";
import { CUSTOM_INPUT } from "./custom-tool";

interface OpenBlock {
  readonly kind: "text" | "reasoning" | "tool" | "custom" | "opaque";
  readonly value: JsonObject;
  /** Tool input text that is held back until the block ends. */
  held: string;
  textLength: number;
}

export class BlockReader {
  readonly #writer: BlockWriter;
  readonly #context: DecodeContext;
  readonly #open = new Map<number, OpenBlock>();

  constructor(writer: BlockWriter, context: DecodeContext) {
    this.#writer = writer;
    this.#context = context;
  }

  start(index: number, value: JsonObject): void {
    this.stop(index);
    switch (stringAt(value, "type")) {
      case "text":
        this.#begin(index, "text", value, { kind: "text" });
        this.#text(index, stringAt(value, "text"));
        for (const citation of arrayAt(value, "citations")) this.#cite(index, citation);
        return;
      case "thinking":
        this.#begin(index, "reasoning", value, { kind: "reasoning", provider: "anthropic" });
        this.#text(index, stringAt(value, "thinking"));
        this.#sign(index, stringAt(value, "signature"));
        return;
      case "redacted_thinking":
        this.#writer.whole(0, { kind: "reasoning", provider: "anthropic", redacted: stringAt(value, "data") ?? "" });
        return;
      case "tool_use":
        this.#startTool(index, value);
        return;
      case undefined:
        return;
      default:
        // Server tools' calls and results, MCP, compaction and whatever comes next: the provider runs them, the client only
        // sends them back.
        this.#open.set(index, { kind: "opaque", value, held: "", textLength: 0 });
    }
  }

  delta(index: number, delta: JsonObject): void {
    const open = this.#open.get(index);
    if (open === undefined) return;
    switch (stringAt(delta, "type")) {
      case "text_delta":
        this.#text(index, stringAt(delta, "text"));
        return;
      case "thinking_delta":
        this.#text(index, stringAt(delta, "thinking"));
        return;
      case "signature_delta":
        this.#sign(index, stringAt(delta, "signature"));
        return;
      case "citations_delta":
        this.#cite(index, objectAt(delta, "citation"));
        return;
      case "input_json_delta":
        this.#input(index, open, stringAt(delta, "partial_json") ?? "");
        return;
      default:
    }
  }

  stop(index: number): void {
    const open = this.#open.get(index);
    if (open === undefined) return;
    this.#open.delete(index);
    const key = String(index);
    if (open.kind === "opaque") {
      const input = open.held === "" ? undefined : parseJson(open.held);
      const value = input === undefined ? open.value : { ...open.value, input };
      this.#writer.whole(0, { kind: "opaque", provider: "anthropic", value });
      return;
    }
    if (open.kind === "custom") this.#writer.delta(0, key, customInput(inputText(open)));
    // A call without arguments streams no JSON at all, or only empty pieces.
    if (open.kind === "tool" && open.textLength === 0) this.#writer.delta(0, key, inputText(open));
    this.#writer.close(0, key);
  }

  stopAll(): void {
    for (const index of [...this.#open.keys()]) this.stop(index);
  }

  #startTool(index: number, value: JsonObject): void {
    const name = stringAt(value, "name") ?? "";
    const id = stringAt(value, "id") ?? this.#context.newId("toolu_");
    const custom = this.#context.customTools?.has(name) === true;
    if (custom) this.#begin(index, "custom", value, { kind: "tool-call", id, name, custom: true });
    else this.#begin(index, "tool", value, { kind: "tool-call", id, name });
  }

  #begin(index: number, kind: OpenBlock["kind"], value: JsonObject, start: BlockStart): void {
    this.#open.set(index, { kind, value, held: "", textLength: 0 });
    this.#writer.open(0, String(index), start);
  }

  #text(index: number, text: string | undefined): void {
    const open = this.#open.get(index);
    if (open === undefined || text === undefined || open.kind === "opaque") return;
    open.textLength += text.length;
    this.#writer.delta(0, String(index), text);
  }

  #sign(index: number, signature: string | undefined): void {
    if (signature !== undefined && signature !== "") this.#writer.signature(0, String(index), signature);
  }

  #cite(index: number, citation: unknown): void {
    const annotation = isObject(citation) ? annotationOf(citation) : undefined;
    if (annotation !== undefined) this.#writer.annotation(0, String(index), annotation);
  }

  #input(index: number, open: OpenBlock, json: string): void {
    if (open.held.length + open.textLength + json.length > this.#context.maxEventBytes)
      throw new GraftError("upstream_invalid", "The provider sent tool arguments over the size limit.");
    if (open.kind === "tool") this.#text(index, json);
    else open.held += json;
  }
}

/** The streamed input, else the one the block began with (whole answers), as JSON text. */
function inputText(open: OpenBlock): string {
  if (open.held !== "") return open.held;
  const input = open.value["input"];
  if (typeof input === "string") return input;
  return isObject(input) ? JSON.stringify(input) : "{}";
}

function customInput(json: string): string {
  const input = parseJson(json);
  return (isObject(input) ? stringAt(input, CUSTOM_INPUT) : undefined) ?? json;
}
