/** The texts of a request in the order of the walk, and their return into it changed. */
import type { JsonObject } from "../core/chat";
import { isObject, parseJson } from "../core/read-json";
import { type ExactNumbers, spellExactly } from "./exact-numbers";
import type { Place, Visitor } from "./walk/visitor";

/** How a text is changed: see Visitor. */
export type Form = "text" | "json" | "name";

export interface Item {
  readonly text: string;
  readonly form: Form;
  readonly place: Place;
}

/** A list of all there is. */
export class Collector implements Visitor {
  readonly items: Item[] = [];
  readonly #exact: ExactNumbers;
  readonly unreadable: Visitor["unreadable"];

  constructor(exact: ExactNumbers, unreadable: Visitor["unreadable"]) {
    this.#exact = exact;
    this.unreadable = unreadable;
  }

  text = (text: string, place: Place): string => this.#add(text, "text", place);
  json = (text: string, place: Place): string => this.#add(text, "json", place);
  name = (name: string, place: Place): string => this.#add(name, "name", place);

  value(value: JsonObject, place: Place): JsonObject {
    const json = jsonOf(value, this.#exact);
    if (json.includes(";base64,")) this.unreadable("file");
    this.#add(json, "json", place);
    return value;
  }

  #add(text: string, form: Form, place: Place): string {
    if (text !== "" && text !== "{}") this.items.push({ text, form, place });
    return text;
  }
}

/** Puts in what each has become. */
export class Replacer implements Visitor {
  readonly #made: Changes;
  readonly #exact: ExactNumbers;

  constructor(made: Changes, exact: ExactNumbers) {
    this.#made = made;
    this.#exact = exact;
  }

  text = (text: string, place: Place): string => this.#made.of(text, "text", place);
  json = (text: string, place: Place): string => this.#made.of(text, "json", place);
  name = (name: string, place: Place): string => this.#made.of(name, "name", place);

  value(value: JsonObject, place: Place): JsonObject {
    const json = jsonOf(value, this.#exact);
    const made = this.#made.of(json, "json", place);
    if (made === json) return value;
    const changed = parseJson(made);
    if (!isObject(changed)) throw new Error("redacted JSON is none any more");
    return changed;
  }

  unreadable(): void {}
}

/** What texts have become, where they have. The same text may be looked at in one place and not in another. */
export class Changes {
  readonly #covers: (place: Place) => boolean;
  readonly #made = new Map<string, string>();

  constructor(covers: (place: Place) => boolean) {
    this.#covers = covers;
  }

  get none(): boolean {
    return this.#made.size === 0;
  }

  add({ text, form, place }: Item, made: string): void {
    if (made !== text) this.#made.set(this.#key(text, form, place), made);
  }

  of(text: string, form: Form, place: Place): string {
    return this.#made.get(this.#key(text, form, place)) ?? text;
  }

  #key(text: string, form: Form, place: Place): string {
    return `${form} ${this.#covers(place)} ${text}`;
  }
}

function jsonOf(value: JsonObject, exact: ExactNumbers): string {
  return spellExactly(JSON.stringify(value), exact);
}
