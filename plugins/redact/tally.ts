/** Tells what was found: one fact for each entity, action and direction, whose count goes on while more is found. */
import type { Direction, Facts } from "../core/facts";
import type { Action } from "./config";

interface Counted {
  readonly kind: "entity-found";
  readonly entity: string;
  readonly group?: string;
  count: number;
  readonly action: Action;
  readonly direction: Direction;
}

export class Tally {
  readonly #facts: Facts;
  readonly #groupOf: (entity: string) => string | undefined;
  readonly #found = new Map<string, { readonly fact: Counted; again: boolean }[]>();
  readonly #unread = new Set<string>();

  constructor(facts: Facts, groupOf: (entity: string) => string | undefined) {
    this.#facts = facts;
    this.#groupOf = groupOf;
  }

  add(entity: string, action: Action, direction: Direction): void {
    const known = this.#found.get(entity) ?? [];
    const same = known.find(({ fact }) => fact.action === action && fact.direction === direction);
    if (same !== undefined) {
      same.fact.count = same.again ? 1 : same.fact.count + 1;
      same.again = false;
      return;
    }
    // An answer that breaks off has no end at which its count could be told.
    const group = this.#groupOf(entity);
    const fact: Counted = {
      kind: "entity-found",
      entity,
      ...(group === undefined ? {} : { group }),
      count: 1,
      action,
      direction,
    };
    this.#found.set(entity, [...known, { fact, again: false }]);
    this.#facts.add(fact);
  }

  /** What was told of so far will be added once more, with more beside it. */
  countAgain(direction: Direction): void {
    for (const facts of this.#found.values()) for (const it of facts) if (it.fact.direction === direction) it.again = true;
  }

  /** Once for each kind of part. */
  uninspectable(part: string, blocked: boolean): void {
    if (this.#unread.has(part)) return;
    this.#unread.add(part);
    this.#facts.add({ kind: "uninspectable", part, blocked });
  }
}
