/** The parts of one candidate, in order → blocks. */
import type { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { DecodeContext } from "../../core/provider";
import { objectAt, stringAt } from "../../core/read-json";
import { CUSTOM_INPUT } from "./custom-tool";

const KIND = "gemini";
/** Not for the client to act on, but wanted back in the history: Google's own tools, files it made. */
const OPAQUE = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse", "fileData", "functionResponse"] as const;

export class PartReader {
  readonly #writer: BlockWriter;
  readonly #choice: number;
  readonly #context: DecodeContext;
  /** Of the open text block: annotations count in it. */
  #text = "";
  #calls = 0;

  constructor(writer: BlockWriter, choice: number, context: DecodeContext) {
    this.#writer = writer;
    this.#choice = choice;
    this.#context = context;
  }

  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  get text(): string {
    return this.#writer.isOpen(this.#choice, "text") ? this.#text : "";
  }

  read(part: JsonObject): void {
    const signature = stringAt(part, "thoughtSignature");
    const text = stringAt(part, "text");
    if (text !== undefined) {
      if (part["thought"] === true) this.#thought(text, signature);
      else this.#say(text, signature);
      return;
    }
    const call = objectAt(part, "functionCall");
    const data = objectAt(part, "inlineData");
    if (call !== undefined) this.#call(call, signature);
    else if (data !== undefined) this.#media(data, part);
    else if (OPAQUE.some((key) => part[key] !== undefined)) this.#opaque(part);
    else if (signature !== undefined) this.#say("", signature);
  }

  /** The text block, open; begun if there is none. */
  openText(): void {
    const writer = this.#writer;
    writer.closeFlows(this.#choice, "text");
    if (writer.isOpen(this.#choice, "text")) return;
    this.#text = "";
    writer.open(this.#choice, "text", { kind: "text" }, true);
  }

  /** A signature may come alone, on an empty text at the end of a stream. */
  #say(text: string, signature: string | undefined): void {
    if (text === "" && signature === undefined) return;
    this.openText();
    this.#text += text;
    this.#writer.delta(this.#choice, "text", text);
    if (signature !== undefined) this.#writer.signature(this.#choice, "text", signature);
  }

  #thought(text: string, signature: string | undefined): void {
    if (text === "" && signature === undefined) return;
    const writer = this.#writer;
    writer.closeFlows(this.#choice, "reasoning");
    writer.open(this.#choice, "reasoning", { kind: "reasoning", provider: KIND }, true);
    writer.delta(this.#choice, "reasoning", text);
    if (signature !== undefined) writer.signature(this.#choice, "reasoning", signature);
  }

  /** Always whole: only Vertex AI can be asked to send arguments in pieces. Gemini before 3 gives calls no id. */
  #call(call: JsonObject, signature: string | undefined): void {
    const name = stringAt(call, "name");
    if (name === undefined) return;
    const id = stringAt(call, "id") || this.#context.newId("call_");
    const key = `call ${this.#calls}`;
    this.#calls += 1;
    const args = objectAt(call, "args") ?? {};
    const custom = this.#context.customTools?.has(name) === true ? true : undefined;
    this.#writer.closeFlows(this.#choice);
    this.#writer.open(this.#choice, key, compact({ kind: "tool-call" as const, id, name, custom, signature }));
    this.#writer.delta(this.#choice, key, (custom && stringAt(args, CUSTOM_INPUT)) ?? JSON.stringify(args));
    this.#writer.close(this.#choice, key);
  }

  #media(inline: JsonObject, part: JsonObject): void {
    const mediaType = stringAt(inline, "mimeType") ?? "";
    const data = stringAt(inline, "data");
    // Images thought of on the way are not the answer.
    if (data === undefined || part["thought"] === true) this.#opaque(part);
    else if (mediaType.startsWith("image/")) this.#writer.whole(this.#choice, { kind: "image", mediaType, data });
    else if (mediaType.startsWith("audio/")) this.#audio(data);
    else this.#opaque(part);
  }

  #audio(data: string): void {
    this.#writer.closeFlows(this.#choice, "audio");
    this.#writer.open(this.#choice, "audio", { kind: "audio" }, true);
    this.#writer.delta(this.#choice, "audio", "", data);
  }

  #opaque(value: JsonObject): void {
    this.#writer.whole(this.#choice, { kind: "opaque", provider: KIND, value });
  }
}
