/** A configuration file as plain values that remember where they were written. */
import type { LineCounter } from "yaml";
import type { Finding, Path } from "./issue";

export type Container = { [key: string]: unknown } | unknown[];

export interface Place {
  readonly keyOffset: number;
  readonly valueOffset: number;
  /** The text as written, where a value was interpolated into it. */
  readonly template?: string;
}

export type Places = Map<string | number, Place>;

/** A string that stands somewhere in the tree; `replace` puts what it means in its place, `undefined` takes it out. */
export interface TextLeaf {
  readonly path: Path;
  readonly text: string;
  replace(value: string | undefined): void;
}

export class ConfigTree {
  readonly root: unknown;
  readonly #places: WeakMap<object, Places>;
  readonly #lines: LineCounter;

  constructor(root: unknown, places: WeakMap<object, Places>, lines: LineCounter) {
    this.root = root;
    this.#places = places;
    this.#lines = lines;
  }

  get(path: Path): unknown {
    let value = this.root;
    for (const step of path) value = isContainer(value) && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
    return value;
  }

  /** Written in the file, with a value. */
  has(path: Path): boolean {
    return this.get(path) !== undefined;
  }

  /** The text an interpolated value was written as. */
  template(path: Path): string | undefined {
    return this.#placeOf(path)?.template;
  }

  /** Of the nearest thing on the way to `path` that is in the file. */
  position({ path, at }: Pick<Finding, "path" | "at">): { readonly line: number; readonly column: number } {
    for (let length = path.length; length > 0; length -= 1) {
      const place = this.#placeOf(path.slice(0, length));
      if (place === undefined) continue;
      const exact = length === path.length && at === "value";
      return this.#positionAt(exact ? place.valueOffset : place.keyOffset);
    }
    return { line: 1, column: 1 };
  }

  #positionAt(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  texts(): TextLeaf[] {
    const leaves: TextLeaf[] = [];
    const visit = (value: unknown, path: Path): void => {
      if (!isContainer(value)) return;
      for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
        const at = [...path, key];
        if (typeof inner !== "string") visit(inner, at);
        else leaves.push({ path: at, text: inner, replace: (now) => this.#replace(value, key, inner, now) });
      }
    };
    visit(this.root, []);
    return leaves;
  }

  /** Takes out what `replace(undefined)` left in lists; call once, when all texts are replaced. */
  compact(value = this.root): void {
    if (!isContainer(value)) return;
    if (Array.isArray(value)) this.#compactList(value);
    for (const inner of Object.values(value)) this.compact(inner);
  }

  #replace(container: Container, key: string | number, template: string, value: unknown): void {
    const places = this.#places.get(container);
    const place = places?.get(key);
    if (place !== undefined) places?.set(key, { ...place, template });
    if (value === undefined && !Array.isArray(container)) Reflect.deleteProperty(container, key);
    else Reflect.set(container, key, value);
  }

  /** Puts a converted value in place of a text. */
  convert(path: Path, value: number | boolean): void {
    const container = this.get(path.slice(0, -1));
    const key = path.at(-1);
    if (isContainer(container) && key !== undefined) Reflect.set(container, key, value);
  }

  #compactList(items: unknown[]): void {
    if (!items.includes(undefined)) return;
    const places = this.#places.get(items) ?? new Map<number, Place>();
    const kept = [...items.entries()].filter(([, value]) => value !== undefined);
    const keptPlaces = kept.map(([index]) => places.get(index));
    items.splice(0, items.length, ...kept.map(([, value]) => value));
    places.clear();
    for (const [index, place] of keptPlaces.entries()) if (place !== undefined) places.set(index, place);
  }

  #placeOf(path: Path): Place | undefined {
    const container = this.get(path.slice(0, -1));
    const key = path.at(-1);
    return isContainer(container) && key !== undefined ? this.#places.get(container)?.get(key) : undefined;
  }
}

export function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}
