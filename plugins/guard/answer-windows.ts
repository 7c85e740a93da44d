/**
 * An answer on its way past the rules: each block's text through a window of its own, everything else in its place behind the text it
 * belongs to. Starts, ends and finishes keep their order; a block ends when all of its text is through.
 */
import type { Annotation, ChatEvent } from "../core/events";
import { throughFinders } from "./check-request";
import { Seam } from "./seam";
import { mapStrings } from "./string-leaves";
import { TextWindow, type WatchedFinder } from "./text-window";

type BlockEvent = Extract<ChatEvent, { type: "delta" | "annotation" | "signature" }>;

interface OpenBlock {
  readonly window: TextWindow;
  readonly reasoning: boolean;
  /** Blocks of one kind are one text to who reads them; absent = it stands for itself. */
  readonly seam: Seam | undefined;
  /** What came with the text, and behind how much of it. */
  waiting: { readonly behind: number; readonly event: ChatEvent }[];
}

interface Choice {
  readonly blocks: Map<number, OpenBlock>;
  /** The one that log probabilities tell of. */
  spoken: OpenBlock | undefined;
  redacted: boolean;
  readonly seams: Map<string, Seam>;
}

export interface WindowOptions {
  readonly hold: number;
  readonly step: number;
  /** As `finders`, for what is heard as well as read: words cannot be taken out of a sound. */
  readonly strict: readonly WatchedFinder[];
}

export class AnswerWindows {
  readonly #finders: readonly WatchedFinder[];
  readonly #options: WindowOptions;
  readonly #choices = new Map<number, Choice>();

  constructor(finders: readonly WatchedFinder[], options: WindowOptions) {
    this.#finders = finders;
    this.#options = options;
  }

  push(event: ChatEvent): readonly ChatEvent[] {
    if (this.#finders.length === 0) return [event];
    switch (event.type) {
      case "start":
        return [event.extra === undefined ? event : { ...event, extra: mapStrings(event.extra, (text) => this.#whole(text)) }];
      case "block-start":
        return [this.#start(event)];
      case "delta":
      case "annotation":
      case "signature":
        return this.#inBlock(event);
      case "block-end":
        return this.#endBlock(event);
      case "logprobs":
        return this.#logprobs(event);
      default:
        return [event];
    }
  }

  /** Nobody promised that every block is ended. */
  end(): readonly ChatEvent[] {
    const out: ChatEvent[] = [];
    for (const [choice, { blocks }] of this.#choices) {
      for (const [block, open] of blocks) this.#pass(open, open.window.end(), choice, block, out);
      blocks.clear();
    }
    return out;
  }

  #start(event: Extract<ChatEvent, { type: "block-start" }>): ChatEvent {
    const { start, block } = event;
    if (start.kind === "opaque") {
      const value = mapStrings(start.value, (text) => this.#whole(text));
      return value === start.value ? event : { ...event, start: { ...start, value } };
    }
    if (start.kind === "image") return event;
    const choice = this.#choice(event.choice);
    const { hold, step, strict } = this.#options;
    const json = start.kind === "tool-call" && start.custom !== true;
    const window = new TextWindow(start.kind === "audio" ? strict : this.#finders, { hold, step, json });
    const seam = start.kind === "tool-call" || start.kind === "audio" ? undefined : seamOf(choice, start.kind, strict, hold);
    seam?.begin();
    const open = { window, reasoning: start.kind === "reasoning", seam, waiting: [] };
    choice.blocks.set(block, open);
    if (start.kind === "text" || start.kind === "refusal") choice.spoken = open;
    if (start.kind !== "tool-call") return event;
    const name = this.#whole(start.name);
    return name === start.name ? event : { ...event, start: { ...start, name } };
  }

  #inBlock(event: BlockEvent): readonly ChatEvent[] {
    const open = this.#choices.get(event.choice)?.blocks.get(event.block);
    if (open === undefined) return [event];
    const out: ChatEvent[] = [];
    let text = "";
    if (event.type === "delta") {
      text = open.window.push(event.text);
      open.seam?.came(event.text);
      if (event.data !== undefined) open.waiting.push({ behind: open.window.taken, event: { ...event, text: "" } });
    } else if (event.type === "annotation") {
      open.waiting.push({ behind: open.window.taken, event: { ...event, annotation: this.#annotation(event.annotation) } });
    } else open.waiting.push({ behind: open.window.taken, event });
    this.#pass(open, text, event.choice, event.block, out);
    return out;
  }

  #endBlock(event: Extract<ChatEvent, { type: "block-end" }>): readonly ChatEvent[] {
    const blocks = this.#choices.get(event.choice)?.blocks;
    const open = blocks?.get(event.block);
    if (open === undefined) return [event];
    const out: ChatEvent[] = [];
    const rest = open.window.end();
    open.seam?.check();
    this.#pass(open, rest, event.choice, event.block, out);
    blocks?.delete(event.block);
    out.push(event);
    return out;
  }

  /** They hold the words themselves: never in front of them, and not at all where some were replaced. */
  #logprobs(event: Extract<ChatEvent, { type: "logprobs" }>): readonly ChatEvent[] {
    const choice = this.#choice(event.choice);
    const { spoken } = choice;
    if (spoken === undefined || spoken.window.passed === spoken.window.taken) return choice.redacted ? [] : [event];
    spoken.waiting.push({ behind: spoken.window.taken, event });
    return [];
  }

  /** Text that may go, and what has waited for it. */
  #pass(open: OpenBlock, text: string, choice: number, block: number, out: ChatEvent[]): void {
    if (text !== "") {
      open.seam?.check();
      open.seam?.passed(text);
      out.push({ type: "delta", choice, block, text });
    }
    const { window, waiting } = open;
    if (window.redacted) this.#choice(choice).redacted = true;
    if (waiting.length === 0) return;
    const due = waiting.filter(({ behind }) => behind <= window.passed);
    if (due.length === 0) return;
    open.waiting = waiting.slice(due.length);
    for (const { event } of due) {
      const kept = this.#afterRedaction(event, open, choice);
      if (kept !== undefined) out.push(kept);
    }
  }

  /** Places in the text, signatures over it and its words are no longer right where it was changed. */
  #afterRedaction(event: ChatEvent, { window, reasoning }: OpenBlock, choice: number): ChatEvent | undefined {
    if (event.type === "logprobs") return this.#choice(choice).redacted ? undefined : event;
    if (!window.redacted) return event;
    if (event.type === "signature") return reasoning ? undefined : event;
    if (event.type !== "annotation") return event;
    const { startIndex: _, endIndex: __, ...annotation } = event.annotation;
    return { ...event, annotation };
  }

  #annotation(annotation: Annotation): Annotation {
    return mapValues(annotation, (text) => this.#whole(text));
  }

  #whole(text: string): string {
    return throughFinders(this.#finders, text, false);
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { blocks: new Map(), spoken: undefined, redacted: false, seams: new Map() };
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

function seamOf({ seams }: Choice, kind: string, finders: readonly WatchedFinder[], hold: number): Seam {
  const known = seams.get(kind) ?? new Seam(finders, hold);
  seams.set(kind, known);
  return known;
}

/** Of an annotation's own texts; its `type` is ours. */
function mapValues(annotation: Annotation, change: (text: string) => string): Annotation {
  const { type, ...rest } = annotation;
  const entries = Object.entries(rest).map(([key, value]) => [key, typeof value === "string" ? change(value) : value] as const);
  return { type, ...Object.fromEntries(entries) };
}
