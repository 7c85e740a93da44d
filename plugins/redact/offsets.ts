/** Where things stand in a text whose pieces were replaced by longer or shorter ones. */
export class Offsets {
  readonly #changes: { readonly start: number; readonly end: number; readonly by: number }[] = [];

  /** In order. @param length of what stands there now */
  replaced(start: number, end: number, length: number): void {
    this.#changes.push({ start, end, by: length - (end - start) });
  }

  /** What was inside of something replaced is now at its begin, or (`edge: "end"`) at its end. */
  moved(offset: number, edge: "start" | "end"): number {
    let by = 0;
    for (const change of this.#changes) {
      if (change.start >= offset) break;
      if (change.end > offset) return edge === "start" ? change.start + by : change.end + by + change.by;
      by += change.by;
    }
    return offset + by;
  }
}
