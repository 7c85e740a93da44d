/**
 * Collects blocks into turns as the Messages API wants them: neighbours of one role are one turn, tool results stand first in the
 * user turn after their calls, a thinking block is never the last of an assistant turn, system turns stand between a user and an
 * assistant turn only.
 */
import { type Block, isThinking, type Turn } from "./block";
import { ToolIds } from "./tool-ids";

export class Turns {
  readonly ids = new ToolIds();
  readonly #turns: Turn[] = [];
  readonly #nativeSystem: boolean;
  readonly #dropped: Set<string>;
  // The user turn that is open, in its three parts, and behind it the assistant turn that may follow.
  #results: Block[] = [];
  #user: Block[] = [];
  #system: Block[] = [];
  #assistant: Block[] = [];

  constructor(nativeSystem: boolean, dropped: Set<string>) {
    this.#nativeSystem = nativeSystem;
    this.#dropped = dropped;
  }

  /** Call before the parts of an assistant message are encoded: its calls must not be mixed with those of the turn before. */
  startAssistant(): void {
    if (this.#assistant.length === 0) this.ids.endTurn();
  }

  assistant(block: Block): void {
    this.#assistant.push(block);
  }

  user(block: Block): void {
    this.#endAssistant();
    this.#user.push(block);
  }

  result(block: Block): void {
    this.#endAssistant();
    this.#results.push(block);
  }

  /** An instruction in mid-conversation; stays in its turn, with system rank where the model has that, else as marked user text. */
  system(block: Block): void {
    this.#endAssistant();
    if (this.#nativeSystem) this.#system.push(block);
    else this.#user.push(this.#demoted(block));
  }

  done(): Turn[] {
    this.#endAssistant();
    this.ids.endTurn();
    this.#endUser();
    return this.#turns;
  }

  #endAssistant(): void {
    const content = this.#assistant;
    while (isThinking(content.at(-1))) {
      content.pop();
      this.#dropped.add("messages[].reasoning_details");
    }
    // Without content there is no turn, and the user turn before it stays open.
    if (content.length === 0) return;
    this.#assistant = [];
    this.#endUser();
    this.#turns.push({ role: "assistant", content });
  }

  #endUser(): void {
    const content = [...this.#results, ...this.#user];
    const system = this.#system;
    this.#results = [];
    this.#user = [];
    this.#system = [];
    if (content.length > 0) {
      this.#turns.push({ role: "user", content });
      if (system.length > 0) this.#turns.push({ role: "system", content: system });
    } else if (system.length > 0) {
      // A system turn must follow a user turn, and there is none here.
      this.#turns.push({ role: "user", content: system.map((block) => this.#demoted(block)) });
    }
  }

  #demoted(block: Block): Block {
    this.#dropped.add("messages[].role");
    return { ...block, text: `<system>\n${String(block["text"])}\n</system>` };
  }
}
