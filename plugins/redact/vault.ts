/** The values of one exchange and what stands for them. Lives in its closures and nowhere else. */
import { labelOf, nameOf } from "./placeholder";

/** How a value was written, for each place it may come back to. */
export interface Spelling {
  /** In plain text. */
  readonly text: string;
  /** Within a JSON string, escapes as they were. */
  readonly json: string;
  /** A number of JSON: where it is all there is of a string, it comes back without quotes. */
  readonly bare: boolean;
}

/** Who wrote it. */
export type Origin = "client" | "model" | "tool";

export interface Entry extends Spelling {
  readonly placeholder: string;
  /** Holds what JSON escapes, and has not been in JSON within JSON: escaped once for each string around the place it comes to. */
  readonly escapable: boolean;
  /** A tool's result brought it up, and nobody on the client's side has written it. */
  fromTool: boolean;
}

/** All of one label, in the order of their numbers. */
interface Family {
  readonly label: string;
  /** The label as placeholders are compared. */
  readonly name: string;
  readonly entries: Entry[];
  readonly bySpelling: Map<string, Entry>;
}

export class Vault {
  readonly #byEntity = new Map<string, Family>();
  /** Entities may share a label. */
  readonly #byLabel = new Map<string, Family>();
  /** Names of functions and the like, which cannot hold brackets: as they went out → as the client knows them. */
  readonly names = new Map<string, string>();
  #bare = false;
  #escapable = false;

  get empty(): boolean {
    return this.#byLabel.size === 0;
  }

  /** Some placeholders stand for numbers of JSON. */
  get hasBare(): boolean {
    return this.#bare;
  }

  /** Some values look different the deeper they stand in JSON. */
  get hasEscapable(): boolean {
    return this.#escapable;
  }

  /** The same for the same value, numbered by first appearance. */
  placeholder(entity: string, spelling: Spelling, origin: Origin): string {
    const { label, entries, bySpelling } = this.#familyOf(entity);
    const key = keyOf(spelling);
    const known = bySpelling.get(key);
    if (known !== undefined) {
      if (origin === "client") known.fromTool = false;
      return known.placeholder;
    }
    const { text, json, bare } = spelling;
    const entry: Entry = {
      ...spelling,
      placeholder: `<${label}_${entries.length + 1}>`,
      escapable: json !== text && !text.includes("\\"),
      fromTool: origin === "tool",
    };
    entries.push(entry);
    bySpelling.set(key, entry);
    this.#bare ||= bare;
    this.#escapable ||= entry.escapable;
    return entry.placeholder;
  }

  /**
   * @param spelled what the model wrote. @param name what it was read as
   * @returns `undefined` where it is none of these, or may be two of them
   */
  find(spelled: string, name: string): Entry | undefined {
    let found: Entry | undefined;
    let several = false;
    for (const family of this.#byLabel.values()) {
      if (!name.startsWith(family.name)) continue;
      const entry = family.entries[numberOf(name.slice(family.name.length)) - 1];
      if (entry === undefined) continue;
      if (entry.placeholder === spelled) return entry;
      several = found !== undefined;
      found = entry;
    }
    return several ? undefined : found;
  }

  /** The name of some placeholder here begins so. */
  readonly couldBe = (name: string): boolean => {
    for (const family of this.#byLabel.values()) {
      if (family.name.startsWith(name)) return true;
      if (name.startsWith(family.name) && numberOf(name.slice(family.name.length)) > 0) return true;
    }
    return false;
  };

  #familyOf(entity: string): Family {
    const known = this.#byEntity.get(entity);
    if (known !== undefined) return known;
    const label = labelOf(entity);
    const family = this.#byLabel.get(label) ?? { label, name: nameOf(label), entries: [], bySpelling: new Map() };
    this.#byEntity.set(entity, family);
    this.#byLabel.set(label, family);
    return family;
  }
}

/** Most values are written alike everywhere. */
function keyOf({ text, json, bare }: Spelling): string {
  if (bare) return `\0${text}`;
  return json === text ? text : `${text}\0${json}`;
}

/** 0 = none. */
function numberOf(digits: string): number {
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : 0;
}
