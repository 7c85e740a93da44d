/** Reasoning in a delta or message → reasoning blocks. */
import type { BlockWriter } from "../../core/block-writer";
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import { arrayAt, isObject, numberAt, stringAt } from "../../core/read-json";
import { reasoningProvider } from "../../core/reasoning-format";

/** @param kind whose reasoning it is where the provider does not say. */
export function readReasoning(delta: JsonObject, writer: BlockWriter, choice: number, kind: string): void {
  const text = stringAt(delta, "reasoning_content") ?? stringAt(delta, "reasoning") ?? "";
  const details = arrayAt(delta, "reasoning_details").filter(isObject);
  // OpenRouter says the same words in `reasoning` and, with signatures, in `reasoning_details`.
  const saidTwice = text !== "" && details.some((detail) => wordsOf(detail) !== "");
  if (!saidTwice) writer.flow(choice, { kind: "reasoning", provider: kind }, text);
  for (const detail of details) readDetail(detail, writer, choice, kind);
}

function wordsOf(detail: JsonObject): string {
  return stringAt(detail, "text") ?? stringAt(detail, "summary") ?? "";
}

const SAID = new Set(["text", "summary", "data", "signature", "format", "index"]);

function readDetail(detail: JsonObject, writer: BlockWriter, choice: number, kind: string): void {
  const format = stringAt(detail, "format");
  const provider = format === undefined || format === "unknown" ? kind : reasoningProvider(format);
  const type = stringAt(detail, "type") ?? "reasoning.text";
  const redacted = stringAt(detail, "data");
  const plain = type === (redacted === undefined ? "reasoning.text" : "reasoning.encrypted");
  const entries = Object.entries(detail).filter(([key, value]) => !SAID.has(key) && value !== null && !(plain && key === "type"));
  const extra = entries.length === 0 ? undefined : Object.fromEntries(entries);
  if (redacted !== undefined) {
    writer.whole(choice, compact({ kind: "reasoning" as const, provider, redacted, extra }));
    return;
  }
  const words = wordsOf(detail);
  const signature = stringAt(detail, "signature");
  if (words === "" && signature === undefined) return;
  // Pieces of one block share index and type.
  const key = `reasoning/${numberAt(detail, "index") ?? 0}/${type}`;
  // A signature that comes after its words, without index, belongs to the reasoning that is open.
  const open = signature !== undefined && words === "" && writer.isOpen(choice, "reasoning") ? "reasoning" : key;
  writer.closeFlows(choice, open);
  writer.open(choice, open, compact({ kind: "reasoning" as const, provider, extra }), true);
  writer.delta(choice, open, words);
  if (signature !== undefined && signature !== "") writer.signature(choice, open, signature);
}
