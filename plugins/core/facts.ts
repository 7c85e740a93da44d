/** What happened in an exchange, append-only: the only way one feature learns from another, and what log, metrics and audit are made of. */
import type { ErrorKind } from "./errors";
import type { Usage } from "./events";

export type Fact =
  | { readonly kind: "plan"; readonly targets: readonly string[]; readonly strategy: string }
  | { readonly kind: "context-window"; readonly target: string; readonly window: number; readonly estimate: number }
  /** `warn`: the policy wants it said in the log as well. */
  | { readonly kind: "params-dropped"; readonly target: string; readonly params: readonly string[]; readonly warn: boolean }
  /** `error`: why there is no answer, where the status is 0. */
  | { readonly kind: "attempt-failed"; readonly target: string; readonly status: number; readonly error?: ErrorKind }
  /** Its turn had come, but it rests and others do not, or it asked to be left alone for longer than this request may wait. */
  | { readonly kind: "target-skipped"; readonly target: string }
  /** Its model rests after too many failures, or because the provider asked for it. */
  | { readonly kind: "target-resting"; readonly target: string; readonly ms: number }
  /** `shadow`: it would have been, if this limit stopped anybody. */
  | { readonly kind: "limit-refused"; readonly limit: string; readonly shadow: boolean }
  /** `rerouted`: another model serves it instead. */
  | { readonly kind: "budget-exceeded"; readonly budget: string; readonly rerouted: boolean }
  /** Limits could not be checked, and let it pass. */
  | { readonly kind: "limits-unavailable" }
  /** What detectors know, by type and number, never by value. `action`: what was done with it. */
  | {
      readonly kind: "entity-found";
      readonly entity: string;
      /** The kind of thing it is one of, where its finder knows: `finance`, `secret`. */
      readonly group?: string;
      readonly count: number;
      readonly action: string;
      readonly direction: Direction;
    }
  /** A part no detector can read: `image`, `file`, `audio`. */
  | { readonly kind: "uninspectable"; readonly part: string; readonly blocked: boolean }
  /** A rule of a guard. It says what was done, and never what text it was about. */
  | { readonly kind: "rule-fired"; readonly rule: string; readonly action: string; readonly direction: Direction }
  /** A service that was to look at it did not answer. `passed`: it went on all the same. */
  | { readonly kind: "check-unavailable"; readonly check: string; readonly passed: boolean }
  /** This request may not go there, and why: the name of a rule. */
  | { readonly kind: "target-forbidden"; readonly target: string; readonly rule: string }
  /**
   * What a cache had to say. `shared`: the answer was being made for another exchange. Of answers from it: how alike the questions
   * are, where they are not the same; how old it is, milliseconds; what it had used and cost, nano-dollars, which is what it saves.
   */
  | {
      readonly kind: "cache";
      readonly status: CacheStatus;
      readonly shared?: boolean;
      readonly similarity?: number;
      readonly ageMs?: number;
      readonly target?: string;
      readonly usage?: Usage;
      readonly nanos?: number;
    }
  /** A kept answer that a cache on trial has found for other words. `asked`, `stored`: hashes of both; `disagree`: what they differ in. */
  | {
      readonly kind: "cache-shadow";
      readonly asked: string;
      readonly stored: string;
      readonly similarity: number;
      readonly served: boolean;
      readonly disagree?: string;
    }
  | { readonly kind: "key-cooling"; readonly provider: string; readonly keyIndex: number; readonly untilMs: number };

export type CacheStatus = "hit" | "semantic" | "stale" | "miss" | "bypass";

/** Of the client's request, or of the answer to it. */
export type Direction = "request" | "response";

export class Facts {
  readonly #all: Fact[] = [];

  add(fact: Fact): void {
    this.#all.push(fact);
  }

  get all(): readonly Fact[] {
    return this.#all;
  }

  of<K extends Fact["kind"]>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.#all.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }
}
