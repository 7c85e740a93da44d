/**
 * Where a place in JSON that comes in pieces stands: outside of strings (0), in one (1), in one of the JSON that a string holds (2), and
 * so on. The backslashes before a quote say whose quote it is: none is the outermost's, one that of JSON within it, three the next.
 */
export class JsonPlace {
  /** Open strings, outermost first. */
  readonly #open: number[] = [];
  /** At the end of what came before. */
  #slashes = 0;

  get depth(): number {
    return this.#open.length;
  }

  /** Over the text up to the place. */
  pass(text: string): void {
    for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) this.#quote(this.#slashesBefore(text, at));
    this.#slashes = this.#slashesBefore(text, text.length);
  }

  #slashesBefore(text: string, at: number): number {
    let count = 0;
    while (count < at && text.charCodeAt(at - 1 - count) === 92) count += 1;
    return count === at ? count + this.#slashes : count;
  }

  #quote(slashes: number): void {
    // Those beyond are backslashes at the end of the string's own text.
    let level = 0;
    for (let rest = slashes; rest % 2 === 1; rest = (rest - 1) / 2) level += 1;
    const open = this.#open;
    while ((open.at(-1) ?? -1) > level) open.pop();
    if (open.at(-1) === level) open.pop();
    else open.push(level);
  }
}
