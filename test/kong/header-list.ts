/** Headers as nginx keeps them: in order, repeated ones apart, names as they were written. Values are bytes. */
import type { Lua } from "./lua/values";

export class HeaderList {
  #entries: (readonly [name: string, value: string])[] = [];

  /** From Node's `rawHeaders`: name, value, name, value … */
  static fromRaw(raw: readonly string[]): HeaderList {
    const list = new HeaderList();
    for (let at = 0; at + 1 < raw.length; at += 2) list.add(raw[at] ?? "", raw[at + 1] ?? "");
    return list;
  }

  copy(): HeaderList {
    const list = new HeaderList();
    list.#entries = [...this.#entries];
    return list;
  }

  get(name: string): string | undefined {
    return this.getAll(name)[0];
  }

  getAll(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.#entries.filter(([found]) => found.toLowerCase() === wanted).map(([, value]) => value);
  }

  add(name: string, value: string): void {
    this.#entries.push([name, value]);
  }

  set(name: string, ...values: readonly string[]): void {
    this.remove(name);
    for (const value of values) this.add(name, value);
  }

  remove(name: string): void {
    const unwanted = name.toLowerCase();
    this.#entries = this.#entries.filter(([found]) => found.toLowerCase() !== unwanted);
  }

  toRaw(): string[] {
    return this.#entries.flat();
  }

  /** `ngx.req.get_headers()`: names in lower case, repeated ones as arrays. */
  toTable(): Record<string, string | readonly string[]> {
    const table = new Map<string, string | readonly string[]>();
    for (const [name, value] of this.#entries) {
      const before = table.get(name.toLowerCase());
      table.set(name.toLowerCase(), before === undefined ? value : [before, value].flat());
    }
    return Object.fromEntries(table);
  }
}

/** What plugins may give as a header's value: string, number, boolean or an array of them. */
export function headerValues(value: Lua): readonly string[] | undefined {
  const values = Array.isArray(value) ? value : [value];
  const right = values.every((item) => typeof item === "string" || typeof item === "number" || typeof item === "boolean");
  return right ? values.map((item) => escapeControls(String(item))) : undefined;
}

/** nginx's Lua module escapes what would end a header line. */
function escapeControls(value: string): string {
  return [...value].map((char) => (char < " " || char === "\x7f" ? encodeURIComponent(char) : char)).join("");
}
