/**
 * Builds well-formed block events, so that no codec keeps the open/close state machine itself. A block is named by any key the
 * codec likes (a provider's content index, "text", a tool id); the writer numbers blocks by first appearance and closes them.
 */
import type { Annotation, BlockStart, ChatEvent, FinishReason } from "./events";

interface OpenBlock {
  readonly block: number;
  readonly flowing: boolean;
}

export class BlockWriter {
  #events: ChatEvent[] = [];
  readonly #next = new Map<number, number>();
  readonly #open = new Map<number, Map<string, OpenBlock>>();
  readonly #finished = new Set<number>();

  /** The events since the last call. */
  take(): ChatEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  emit(event: ChatEvent): void {
    this.#events.push(event);
  }

  /** Starts a block that ends by `close` (or with its choice). Starting an open key again, or anything after `finish`, is ignored. */
  open(choice: number, key: string, start: BlockStart, flowing = false): void {
    const open = this.#openOf(choice);
    if (open.has(key) || this.#finished.has(choice)) return;
    const block = this.#next.get(choice) ?? 0;
    this.#next.set(choice, block + 1);
    open.set(key, { block, flowing });
    this.#events.push({ type: "block-start", choice, block, start });
  }

  /** Text for an open block; ignored when the key is not open. */
  delta(choice: number, key: string, text: string, data?: string): void {
    const block = this.#openOf(choice).get(key)?.block;
    if (block === undefined || (text === "" && data === undefined)) return;
    this.#events.push(data === undefined ? { type: "delta", choice, block, text } : { type: "delta", choice, block, text, data });
  }

  /** For providers without block marks: continues the flowing block of this kind, or ends the others and starts one. */
  flow(choice: number, start: BlockStart, text: string): void {
    if (text === "") return;
    this.#openFlow(choice, start);
    this.delta(choice, start.kind, text);
  }

  /** A block that is complete at once. */
  whole(choice: number, start: BlockStart): void {
    this.closeFlows(choice);
    this.open(choice, "\u0000whole", start);
    this.close(choice, "\u0000whole");
  }

  signature(choice: number, key: string, signature: string): void {
    const block = this.#openOf(choice).get(key)?.block;
    if (block !== undefined) this.#events.push({ type: "signature", choice, block, signature });
  }

  annotation(choice: number, key: string, annotation: Annotation): void {
    const block = this.#openOf(choice).get(key)?.block;
    if (block !== undefined) this.#events.push({ type: "annotation", choice, block, annotation });
  }

  isOpen(choice: number, key: string): boolean {
    return this.#openOf(choice).has(key);
  }

  close(choice: number, key: string): void {
    const open = this.#openOf(choice);
    const found = open.get(key);
    if (found === undefined) return;
    open.delete(key);
    this.#events.push({ type: "block-end", choice, block: found.block });
  }

  /** Ends flowing blocks (all but `keep`); blocks opened by `open` stay. */
  closeFlows(choice: number, keep?: string): void {
    for (const [key, { flowing }] of this.#openOf(choice)) if (flowing && key !== keep) this.close(choice, key);
  }

  /** Ends every block of the choice and says why it ended; a second finish of a choice is ignored. */
  finish(choice: number, reason: FinishReason, raw?: string): void {
    if (this.#finished.has(choice)) return;
    for (const key of this.#openOf(choice).keys()) this.close(choice, key);
    this.#finished.add(choice);
    this.#events.push(raw === undefined ? { type: "finish", choice, reason } : { type: "finish", choice, reason, raw });
  }

  isFinished(choice: number): boolean {
    return this.#finished.has(choice);
  }

  #openFlow(choice: number, start: BlockStart): void {
    this.closeFlows(choice, start.kind);
    this.open(choice, start.kind, start, true);
  }

  #openOf(choice: number): Map<string, OpenBlock> {
    let open = this.#open.get(choice);
    if (open === undefined) {
      open = new Map();
      this.#open.set(choice, open);
    }
    return open;
  }
}
