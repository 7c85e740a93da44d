/** What a replica that leads writes into the log for those that follow. */
import type { JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import type { ChatEvent } from "../../core/events";
import { arrayAt, isObject, numberAt, objectAt, parseJson, stringAt } from "../../core/read-json";
import { isEvent, isSoundUsage } from "../entries/is-event";
import type { AnswerFacts } from "./roles";

/** Replicas of another version are not understood. */
const VERSION = 1;

/**
 * `end`: complete. `fail`: it came to nothing. `closed`: too much to go on publishing; whoever has not begun may make his own call.
 */
export type Over = "end" | "fail" | "closed";

export interface Message {
  /** 1, 2, 3 …: which try this belongs to. A new one has nothing of the one before it. */
  readonly take: number;
  /** How many events of this take came before: a message written twice is seen to be one, and a lost one missed. */
  readonly at: number;
  readonly events: readonly ChatEvent[];
  readonly over?: Over;
  /** With `end`, if it was stored. */
  readonly facts?: AnswerFacts;
}

export function encodeMessage(message: Message): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, ...message }));
}

/** @returns undefined: not ours, or damaged */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  const value = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  if (!isObject(value) || numberAt(value, "version") !== VERSION) return undefined;
  const take = numberAt(value, "take");
  const at = numberAt(value, "at");
  const events = arrayAt(value, "events");
  if (take === undefined || at === undefined || !events.every(isEvent)) return undefined;
  const over = stringAt(value, "over");
  if (over === undefined) return { take, at, events };
  if (over !== "end" && over !== "fail" && over !== "closed") return undefined;
  const facts = readFacts(value);
  return facts === undefined ? { take, at, events, over } : { take, at, events, over, facts };
}

const FOUND = ["stale", "semantic"] as const;

function readFacts(message: JsonObject): AnswerFacts | undefined {
  const value = objectAt(message, "facts") ?? {};
  const storedAt = numberAt(value, "storedAt");
  const target = stringAt(value, "target");
  if (storedAt === undefined || target === undefined) return undefined;
  const dropped = arrayAt(value, "dropped").filter((name) => typeof name === "string");
  const nanos = numberAt(value, "nanos");
  const usage = objectAt(value, "usage");
  return compact({
    storedAt,
    target,
    dropped,
    nanos,
    usage: isSoundUsage(usage) ? usage : undefined,
    found: FOUND.find((word) => word === value["found"]),
    similarity: numberAt(value, "similarity"),
  });
}
