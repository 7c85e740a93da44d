/**
 * Anthropic wants tool call ids that match ^[a-zA-Z0-9_-]+$ and are unique in the whole conversation; OpenAI histories (and models of
 * other providers) promise neither. Each call gets a fitting id that depends only on the calls before it, so a growing conversation
 * keeps its prefix.
 */
import { GraftError } from "../../core/errors";

interface Waiting {
  readonly ids: string[];
  answered: number;
}

export class ToolIds {
  readonly #taken = new Set<string>();
  /** How often a name was wanted: where the search for a free one goes on. */
  readonly #wanted = new Map<string, number>();
  /** The client's id → our ids of the calls of this turn, in order. */
  #waiting = new Map<string, Waiting>();
  #callMessage = 0;

  /** @param message index of the assistant message, for errors. */
  call(id: string, message: number): string {
    const unique = this.#unique(id.replace(/[^a-zA-Z0-9_-]/g, "_") || "call");
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) this.#waiting.set(id, { ids: [unique], answered: 0 });
    else waiting.ids.push(unique);
    this.#callMessage = message;
    return unique;
  }

  /** @throws GraftError in OpenAI's words when no call waits for this result. */
  result(id: string, message: number): string {
    const waiting = this.#waiting.get(id);
    const unique = waiting?.ids[waiting.answered];
    if (waiting !== undefined && unique !== undefined) {
      waiting.answered += 1;
      return unique;
    }
    throw new GraftError(
      "bad_request",
      "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
      { param: `messages[${message}].tool_call_id` },
    );
  }

  /** Call when the turn that answers the calls is over. @throws GraftError when one has no result. */
  endTurn(): void {
    const missing = [...this.#waiting].filter(([, { ids, answered }]) => answered < ids.length).map(([id]) => id);
    this.#waiting = new Map();
    if (missing.length === 0) return;
    throw new GraftError(
      "bad_request",
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
        `The following tool_call_ids did not have response messages: ${missing.slice(0, 10).join(", ").slice(0, 500)}`,
      { param: `messages[${this.#callMessage}]` },
    );
  }

  #unique(base: string): string {
    let count = this.#wanted.get(base) ?? 0;
    let unique: string;
    do {
      count += 1;
      unique = count === 1 ? base : `${base}_${count}`;
    } while (this.#taken.has(unique));
    this.#wanted.set(base, count);
    this.#taken.add(unique);
    return unique;
  }
}
