import type { WatchedFinder } from "./text-window";

/**
 * Where one block of an answer ends and the next of its kind begins: clients show them as one text, and a match may lie across. Its
 * beginning has long been let through, so it cannot be replaced any more: the rest is not let through.
 */
export class Seam {
  readonly #finders: readonly WatchedFinder[];
  /** No match is longer. */
  readonly #reach: number;
  /** The end of what clients have of the blocks before. */
  #before = "";
  /** The beginning of this block; `undefined` = it has been looked at. */
  #behind: string | undefined;

  /** @param finders that do not replace what they find */
  constructor(finders: readonly WatchedFinder[], reach: number) {
    this.#finders = finders;
    this.#reach = reach;
  }

  begin(): void {
    this.#behind = this.#before === "" ? undefined : "";
  }

  came(text: string): void {
    if (this.#behind !== undefined && this.#behind.length < this.#reach) this.#behind += text.slice(0, this.#reach);
  }

  /** Before anything of the block is let through: as much of it has come as a match can reach, or all of it. @throws GraftError */
  check(): void {
    const behind = this.#behind;
    if (behind === undefined) return;
    this.#behind = undefined;
    const seam = this.#before.length;
    const text = this.#before + behind;
    for (const watched of this.#finders) {
      for (const { start, end } of watched.finder.find(text, 0)) {
        if (start >= seam) break;
        if (end > seam && !watched.fired()) break;
      }
    }
  }

  passed(text: string): void {
    const all = this.#before + text;
    this.#before = Number.isFinite(this.#reach) ? all.slice(-this.#reach) : all;
  }
}
