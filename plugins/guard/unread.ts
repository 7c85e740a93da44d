import type { Exchange } from "../core/exchange";
import type { Finder } from "./finder";
import { mapTexts } from "./request-texts";

/** Data in base64 and the like: nothing that is read. */
const BLOB = /^\S{1024}/;

/**
 * What a rule looks for stands where no rule reads: in members that decoding leaves out, but that would go along with the client's own
 * bytes. (Also where it is a word of the format itself, which says nothing.)
 */
export function standsUnread(finders: readonly Finder[], { request, source }: Exchange): boolean {
  const read = new Set<string>();
  mapTexts(request, (text) => {
    read.add(text);
    return text;
  });
  const unread: string[] = [];
  const add = (text: string): void => {
    if (!read.has(text) && !BLOB.test(text)) unread.push(text);
  };
  const walk = (value: unknown): void => {
    if (typeof value === "string") add(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null) {
      for (const [name, it] of Object.entries(value)) {
        add(name);
        walk(it);
      }
    }
  };
  walk(source.value);
  const text = unread.join("\n");
  return finders.some((finder) => {
    for (const _ of finder.find(text, 0)) return true;
    return false;
  });
}
