/** What is in the texts of one request or answer. Each text is looked at once. */
import type { Direction } from "../core/facts";
import type { Inspector } from "./inspector";
import { LOOKALIKE } from "./placeholder";
import { merge, outside, type Region } from "./regions";
import type { Rules } from "./rules";

export interface Found {
  /** What something else comes to stand for. In order, not overlapping. */
  readonly regions: readonly Region[];
  /** What is only told. */
  readonly flagged: readonly Region[];
}

const NOTHING: Found = { regions: [], flagged: [] };

export class Findings {
  readonly #inspector: Inspector;
  readonly #rules: Rules;
  readonly #direction: Direction;
  readonly #known = new Map<string, Found>();
  /** By others than the policy's own detectors. */
  readonly #added = new Map<string, readonly Region[]>();

  constructor(inspector: Inspector, rules: Rules, direction: Direction) {
    this.#inspector = inspector;
    this.#rules = rules;
    this.#direction = direction;
  }

  add(text: string, regions: readonly Region[]): void {
    if (regions.length === 0) return;
    this.#added.set(text, [...(this.#added.get(text) ?? []), ...regions]);
    this.#known.delete(text);
  }

  in(text: string): Found {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const found = this.of([...this.#inspector.lookalikes(text), ...this.#inspector.find(text), ...(this.#added.get(text) ?? [])]);
    this.#known.set(text, found);
    return found;
  }

  /** Of a text that nothing is looked for in. */
  lookalikesIn(text: string): Found {
    const regions = this.#inspector.lookalikes(text);
    return regions.length === 0 ? NOTHING : { regions, flagged: [] };
  }

  /** What comes of what was found. */
  of(found: readonly Region[]): Found {
    if (found.length === 0) return NOTHING;
    const isFlag = ({ entity }: Region): boolean => this.#rules.actionOf(entity, this.#direction) === "flag";
    const regions = merge(found.filter((region) => !isFlag(region)));
    return { regions, flagged: outside(merge(found.filter(isFlag)), regions) };
  }
}

/** What is only a look-alike is nobody's data: nothing is told of it. */
export function isData({ entity }: Region): boolean {
  return entity !== LOOKALIKE;
}
