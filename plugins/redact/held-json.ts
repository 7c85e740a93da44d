/** The arguments of a tool call: only when they are complete it is sure what is a string in them, and what a number. */
import type { TextFilter } from "./answer-events";
import { Offsets } from "./offsets";

export class HeldJson implements TextFilter {
  readonly offsets = new Offsets();
  readonly #finish: (text: string) => string;
  #held = "";

  constructor(finish: (text: string) => string) {
    this.#finish = finish;
  }

  push(text: string): string {
    this.#held += text;
    return "";
  }

  end(): string {
    const held = this.#held;
    this.#held = "";
    return this.#finish(held);
  }
}
