/** What comes to stand where something was found, apart from placeholders. */
import { createHmac } from "node:crypto";
import { GraftError } from "../core/errors";
import type { Direction } from "../core/facts";
import type { Action } from "./config";
import { mask } from "./mask";
import { labelOf } from "./placeholder";

/** Hexadecimal digits of a hash: 64 bits tell the values of a company apart. */
const HASH_LENGTH = 16;

export function replacement(action: Exclude<Action, "placeholder">, entity: string, value: string, hashKey = ""): string {
  switch (action) {
    case "mask":
      return mask(entity, value);
    case "hash":
      return `[${labelOf(entity)}:${hash(hashKey, entity, value)}]`;
    case "remove":
      return "";
    case "block":
    case "flag":
      return value;
  }
}

/** Of other entities the same value gives another hash. */
function hash(key: string, entity: string, value: string): string {
  return createHmac("sha256", key).update(`${entity}\0${value}`).digest("hex").slice(0, HASH_LENGTH);
}

/** Names the kind of thing, never the thing. */
export function blocked(entity: string, direction: Direction): GraftError {
  const what = direction === "request" ? "Your request" : "The model's answer";
  return new GraftError("content_blocked", `${what} holds what may not pass here: ${entity}.`);
}
