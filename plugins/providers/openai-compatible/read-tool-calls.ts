/**
 * Pieces of tool calls → tool-call blocks. OpenAI sends index, id and name first and the arguments after; others repeat id and
 * name, leave out index or id, use index 0 for every call, or send calls whole.
 */
import type { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import { GraftError } from "../../core/errors";
import type { DecodeContext } from "../../core/provider";
import { isObject, numberAt, objectAt, stringAt } from "../../core/read-json";

/** Far above what models make at once; every open call costs time at each piece. */
const MAX_CALLS = 1000;

interface Call {
  readonly key: string;
  /** The provider's own id; never an invented one. */
  id: string | undefined;
  opened: boolean;
  /** Arguments that came before the name. */
  held: string;
  size: number;
  custom: boolean;
  signature: string | undefined;
}

export class ToolCallReader {
  readonly #writer: BlockWriter;
  readonly #choice: number;
  readonly #context: DecodeContext;
  readonly #calls: Call[] = [];
  readonly #byIndex = new Map<number, Call>();
  readonly #byId = new Map<string, Call>();

  constructor(writer: BlockWriter, choice: number, context: DecodeContext) {
    this.#writer = writer;
    this.#choice = choice;
    this.#context = context;
  }

  get count(): number {
    return this.#calls.length;
  }

  /** @param index the piece's call, `undefined` where the provider does not number them. */
  read(piece: JsonObject, index: number | undefined): void {
    const called = objectAt(piece, "function");
    // Snowflake sends an empty one beside every function.
    const custom = stringAt(piece, "type") === "function" ? undefined : objectAt(piece, "custom");
    const inner = custom ?? called ?? {};
    const id = stringAt(piece, "id") || undefined;
    const name = stringAt(inner, "name") || undefined;
    const text = argumentsOf(inner);
    const signature = signatureOf(piece);
    const call = this.#find(index, id, name) ?? this.#add(index, id);
    call.id ??= id;
    call.custom ||= custom !== undefined;
    call.size += text.length;
    if (call.size > this.#context.maxEventBytes)
      throw new GraftError("upstream_invalid", "The provider sent tool arguments over the size limit.");
    if (call.opened) {
      this.#writer.delta(this.#choice, call.key, text);
      if (signature !== undefined) this.#writer.signature(this.#choice, call.key, signature);
      return;
    }
    call.held += text;
    call.signature ??= signature;
    if (name !== undefined) this.#open(call, name);
  }

  /** A call whose name never came is still a call. */
  finish(): void {
    for (const call of this.#calls) if (!call.opened) this.#open(call, "");
  }

  #find(index: number | undefined, id: string | undefined, name: string | undefined): Call | undefined {
    if (index !== undefined) {
      const known = this.#byIndex.get(index);
      const isOther = known?.id !== undefined && id !== undefined && id !== known.id && name !== undefined;
      return isOther ? undefined : known;
    }
    if (id !== undefined) return this.#byId.get(id);
    return name === undefined ? this.#calls.at(-1) : undefined;
  }

  #add(index: number | undefined, id: string | undefined): Call {
    const key = `tool/${this.#calls.length}`;
    const call: Call = { key, id, opened: false, held: "", size: 0, custom: false, signature: undefined };
    this.#calls.push(call);
    if (this.#calls.length > MAX_CALLS) throw new GraftError("upstream_invalid", "The provider sent too many tool calls.");
    if (index !== undefined) this.#byIndex.set(index, call);
    if (id !== undefined) this.#byId.set(id, call);
    return call;
  }

  #open(call: Call, name: string): void {
    call.opened = true;
    this.#writer.closeFlows(this.#choice);
    const start = compact({
      kind: "tool-call" as const,
      id: call.id ?? this.#context.newId("call_"),
      name,
      custom: call.custom ? true : undefined,
      signature: call.signature,
    });
    this.#writer.open(this.#choice, call.key, start);
    this.#writer.delta(this.#choice, call.key, call.held);
    call.held = "";
  }
}

/** Text as OpenAI sends it; some servers send the object itself. */
function argumentsOf(inner: JsonObject): string {
  const found = inner["arguments"] ?? inner["input"];
  if (typeof found === "string") return found;
  return isObject(found) ? JSON.stringify(found) : "";
}

function signatureOf(piece: JsonObject): string | undefined {
  const content = objectAt(piece, "extra_content");
  const google = content === undefined ? undefined : objectAt(content, "google");
  return google === undefined ? undefined : stringAt(google, "thought_signature");
}

/** The index of a piece, where it is one. */
export function indexOf(piece: JsonObject): number | undefined {
  const index = numberAt(piece, "index");
  return index !== undefined && Number.isSafeInteger(index) && index >= 0 ? index : undefined;
}
