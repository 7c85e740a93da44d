/** Puts something else in the places that were found. */
import { escapeAround, escapeJson, type JsonToken, jsonTokens, unescapeJson } from "./json-text";
import type { Region } from "./regions";
import type { Spelling } from "./vault";

/** @returns what stands for the value, as plain text; the spelling's own text = it stays */
export type Replace = (entity: string, value: Spelling) => string;

/**
 * Text that is JSON spells a value as JSON does; any other is escaped when it comes to stand in JSON.
 * @param regions in order, not overlapping
 */
export function rewriteText(text: string, regions: readonly Region[], replace: Replace): string {
  if (regions.length === 0) return text;
  let out = "";
  let done = 0;
  const isJson = text.includes("\\") && jsonTokens(text) !== undefined;
  for (const { start, end, entity } of regions) {
    const value = text.slice(start, end);
    const json = isJson && unescapeJson(value) !== undefined ? value : escapeJson(value);
    out += text.slice(done, start) + replace(entity, { text: value, json, bare: false });
    done = end;
  }
  return done === 0 ? text : out + text.slice(done);
}

/**
 * JSON stays JSON: only strings and numbers are changed, a number becomes a string. What is not JSON is changed as text.
 * @param regions in order, not overlapping; of one that goes beyond a string, what is within strings counts
 */
export function rewriteJson(text: string, regions: readonly Region[], replace: Replace): string {
  if (regions.length === 0) return text;
  const tokens = jsonTokens(text);
  if (tokens === undefined) return rewriteText(text, regions, replace);
  const edits = new JsonEdits(text, replace);
  let next = 0;
  for (const token of tokens) {
    while ((regions[next]?.end ?? text.length) <= token.start) next += 1;
    for (let at = next; (regions[at]?.start ?? text.length) < token.end; at += 1) {
      const region = regions[at];
      if (region === undefined) break;
      if (token.kind === "string") edits.string(token, region);
      else if (at === next) edits.number(token, region);
    }
  }
  return edits.done();
}

class JsonEdits {
  readonly #text: string;
  readonly #replace: Replace;
  #out = "";
  /** What stands before is done. */
  #at = 0;

  constructor(text: string, replace: Replace) {
    this.#text = text;
    this.#replace = replace;
  }

  number({ start, end }: JsonToken, { entity }: Region): void {
    const value = this.#text.slice(start, end);
    const instead = this.#replace(entity, { text: value, json: value, bare: true });
    if (instead !== value) this.#put(start, end, JSON.stringify(instead));
  }

  /** Never half an escape; one that two regions share goes with the first. */
  string(token: JsonToken, { start, end, entity }: Region): void {
    const first = Math.max(start, token.start + 1, this.#at);
    const last = Math.min(end, token.end - 1);
    const from = escapeAround(this.#text, first)?.start ?? first;
    const to = escapeAround(this.#text, last)?.end ?? last;
    if (from >= to) return;
    const json = this.#text.slice(from, to);
    const value = unescapeJson(json) ?? json;
    const instead = this.#replace(entity, { text: value, json, bare: false });
    if (instead !== value) this.#put(from, to, escapeJson(instead));
  }

  #put(start: number, end: number, instead: string): void {
    this.#out += this.#text.slice(this.#at, start) + instead;
    this.#at = end;
  }

  done(): string {
    return this.#out + this.#text.slice(this.#at);
  }
}
