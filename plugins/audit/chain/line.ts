/** Lines of the log: each signed, numbered, and naming the signature of the one before it. */
import type { JsonObject } from "../../core/chat";
import { isObject, numberAt, stringAt } from "../../core/read-json";
import { seal, unseal } from "./seal";

/** The last line of a chain, or a place in it. */
export interface Head {
  /** Each chain has one writer, and each writer one chain. */
  readonly writer: string;
  /** 1, 2, 3 …; 0 = nothing is written yet. */
  readonly seq: number;
  /** Of the line; empty for 0. */
  readonly mac: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What stands in a line besides the chain's own fields. */
export interface Draft {
  readonly at: string;
  /** Of an object with at least one member. */
  readonly json: string;
}

export interface Line extends Head {
  readonly prev: string;
  readonly value: JsonObject;
}

export function nextLine(key: Buffer, { writer, seq, mac }: Head, { at, json }: Draft): { text: string; head: Head } {
  const next = seq + 1;
  const start = `{"v":1,"writer":"${writer}","seq":${next},"at":"${at}","prev":"${mac}",`;
  const sealed = seal(key, start + json.slice(1));
  return { text: `${sealed.text}\n`, head: { writer, seq: next, mac: sealed.mac, at } };
}

/** What terminals and editors take for commands: JSON escapes the lower ones itself. */
const UNSEEN = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

export function lineJson(entry: object): string {
  return JSON.stringify(entry).replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** @param bytes without the line's end. `undefined` = nobody who has the key has written it so */
export function readLine(key: Buffer, bytes: Buffer): Line | undefined {
  const found = unseal(key, bytes);
  if (found === undefined) return undefined;
  const { value, mac } = found;
  const head = readHead(value, mac);
  const prev = stringAt(value, "prev");
  return head === undefined || prev === undefined ? undefined : { ...head, prev, value };
}

/** The earlier heads that the first line of a chain names. */
export function followed({ value }: Line): Head[] {
  const list = Array.isArray(value["follows"]) ? value["follows"] : [];
  return list.filter(isObject).flatMap((it) => readHead(it, stringAt(it, "mac")) ?? []);
}

export function readHead(value: JsonObject, mac: string | undefined): Head | undefined {
  const [writer, seq, at] = [stringAt(value, "writer"), numberAt(value, "seq"), stringAt(value, "at")];
  if (writer === undefined || seq === undefined || at === undefined || mac === undefined) return undefined;
  return { writer, seq, mac, at };
}
