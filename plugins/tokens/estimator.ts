/** Tokens of a request before it is sent, and of a text after. */
import type { NeutralRequest } from "../core/chat";
import { Calibration } from "./calibration";
import type { EncodingName } from "./encodings";
import { type CountTarget, type ModelRules, rulesOf } from "./families";
import type { Tables } from "./load-tables";
import { type Rendered, renderRequest } from "./render-request";
import { TextCounter, type TextCounterOptions } from "./text-counter";
import { type Size, sizesOf } from "./text-size";

/** Whole tokens; `low ≤ estimate ≤ high`. */
export interface InputEstimate extends Size {
  /** The provider's own count, as its public rule gives it: all three are one number. */
  readonly exact: boolean;
  /** For `observe`; absent = nothing can be learned from this one. */
  readonly lesson?: Lesson;
}

/** The estimate before calibration, and the kind of request it stands for: counted and sized-up ones err differently. */
interface Lesson {
  readonly raw: number;
  readonly kind: string;
}

/** One a process: it owns the worker thread and what was learned. */
export class TokenEstimator {
  readonly calibration = new Calibration();
  readonly #counter: TextCounter;

  constructor(options: Partial<TextCounterOptions> = {}) {
    this.#counter = new TextCounter(options);
  }

  /** Tables that someone has loaded already: for tests and tools, which need not wait for the thread. */
  use(tables: Tables): void {
    this.#counter.use(tables);
  }

  /**
   * Has an encoding loaded by the worker thread: half a second, for the time before the first request. Until then everything is sized up.
   * @returns false: it could not be loaded; later requests try again
   */
  warmUp(encoding: EncodingName = "o200k_base"): Promise<boolean> {
    return this.#counter.warmUp(encoding);
  }

  /**
   * At once, a few milliseconds at the very most: short requests are counted, long ones sized up by their characters. For text-only requests to OpenAI's
   * models the bounds always hold; for all others the provider's figure lies within them 19 times of 20.
   */
  estimateInput(request: NeutralRequest, target: CountTarget): InputEstimate {
    const rules = rulesOf(target);
    const rendered = renderRequest(request, rules.family);
    return this.#assess(rendered, this.#counter.countNow(rendered.texts, rules.encoding), rules, target, request);
  }

  /** As `estimateInput`, and as exact as can be: counted here or in the worker thread. Never rejects: what is too long or too late is sized up. */
  async countInput(request: NeutralRequest, target: CountTarget): Promise<InputEstimate> {
    const rules = rulesOf(target);
    const rendered = renderRequest(request, rules.family);
    return this.#assess(rendered, await this.#counter.count(rendered.texts, rules.encoding), rules, target, request);
  }

  /** Tokens of text that was received (answer, thoughts, names and arguments of calls), for answers whose usage nobody reported. */
  async countText(text: string, target: CountTarget): Promise<number> {
    const { family, encoding } = rulesOf(target);
    const counts = await this.#counter.count([text], encoding);
    return Math.ceil((counts?.[0] ?? sizesOf([text])[0]?.estimate ?? 0) * family.text);
  }

  /** @param reportedInput what the provider said, cache reads and writes included: later estimates for the model are corrected by it */
  observe(target: CountTarget, { lesson }: InputEstimate, reportedInput: number): void {
    if (lesson !== undefined) this.calibration.observe(calibrationKey(target, lesson), lesson.raw, reportedInput);
  }

  /** Bytes that went through merging on the event loop so far. */
  get mergedHere(): number {
    return this.#counter.mergedHere;
  }

  /** Ends the thread; what waits is sized up. */
  close(): Promise<void> {
    return this.#counter.close();
  }

  #assess(
    { texts, factors, fixed, plain }: Rendered,
    counts: readonly number[] | undefined,
    { family }: ModelRules,
    target: CountTarget,
    request: NeutralRequest,
  ): InputEstimate {
    let { low, estimate, high } = fixed;
    const sizes = counts?.map((count) => ({ low: count, estimate: count, high: count })) ?? sizesOf(texts);
    for (const [at, size] of sizes.entries()) {
      const factor = factors[at] ?? 1;
      low += size.low * factor;
      estimate += size.estimate * factor;
      high += size.high * factor;
    }
    const raw = Math.ceil(estimate);
    const byRule = family.exact && plain;
    if (byRule && counts !== undefined) return { low: raw, estimate: raw, high: raw, exact: true };
    const lesson = { raw, kind: kindOf(request, counts !== undefined) };
    const { tokens, spread } = this.calibration.predict(calibrationKey(target, lesson), raw);
    // The rule's bounds hold; where there is none, the model's tokens for a text may be fewer or more than o200k's.
    if (!byRule) {
      low = Math.max(0, Math.floor(Math.min(low, tokens) - spread));
      high = Math.ceil(Math.max(high, tokens) + spread);
    }
    const guessedMedia = fixed.low !== fixed.high;
    const corrected = Math.min(Math.max(low, Math.ceil(tokens)), high);
    return { low, estimate: corrected, high, exact: false, ...(guessedMedia ? {} : { lesson }) };
  }
}

function kindOf({ tools }: NeutralRequest, counted: boolean): string {
  return `${tools === undefined || tools.length === 0 ? "" : "+tools"}${counted ? "" : "~"}`;
}

function calibrationKey({ providerKind, model }: CountTarget, { kind }: Lesson): string {
  return `${providerKind}/${model}${kind}`;
}
