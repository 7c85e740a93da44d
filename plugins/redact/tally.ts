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
  readonly #found = new Map<string, Counted[]>();
  readonly #unread = new Set<string>();

  constructor(facts: Facts, groupOf: (entity: string) => string | undefined) {
    this.#facts = facts;
    this.#groupOf = groupOf;
  }

  add(entity: string, action: Action, direction: Direction): void {
    const known = this.#found.get(entity) ?? [];
    const same = known.find((it) => it.action === action && it.direction === direction);
    if (same !== undefined) {
      same.count += 1;
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
    this.#found.set(entity, [...known, fact]);
    this.#facts.add(fact);
  }

  /** Once for each kind of part. */
  uninspectable(part: string, blocked: boolean): void {
    if (this.#unread.has(part)) return;
    this.#unread.add(part);
    this.#facts.add({ kind: "uninspectable", part, blocked });
  }
}
