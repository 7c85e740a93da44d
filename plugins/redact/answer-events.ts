/** Takes the texts of an answer out of its events and puts others in, whatever the channel; the same for streams and whole answers. */
import type { JsonObject } from "../core/chat";
import type { Annotation, BlockStart, ChatEvent } from "../core/events";
import { isObject, parseJson } from "../core/read-json";
import type { Offsets } from "./offsets";

/** One block's text, which comes in pieces. */
export interface TextFilter {
  /** @returns what may go on now */
  push(text: string): string;
  /** The rest. */
  end(): string;
  readonly offsets: Offsets;
}

export interface AnswerTexts {
  /** `undefined` = this kind of block has no text. */
  filter(start: BlockStart): TextFilter | undefined;
  /** A text that is there at once. */
  text(text: string): string;
  /** JSON as text, there at once. */
  json(text: string): string;
  /** Of a tool that is called. */
  name(name: string): string;
}

interface OpenBlock {
  readonly choice: number;
  readonly block: number;
  readonly filter: TextFilter;
  readonly annotations: Annotation[];
}

type Of<T extends ChatEvent["type"]> = Extract<ChatEvent, { type: T }>;

export class AnswerEvents {
  readonly #texts: AnswerTexts;
  readonly #open = new Map<number, OpenBlock>();

  constructor(texts: AnswerTexts) {
    this.#texts = texts;
  }

  event(event: ChatEvent): readonly ChatEvent[] {
    switch (event.type) {
      case "delta":
        return this.#delta(event);
      case "start":
        return [event.extra === undefined ? event : { ...event, extra: this.#value(event.extra) }];
      case "block-start":
        return [this.#start(event)];
      case "annotation":
        return this.#annotation(event);
      case "block-end":
        return [...this.#close(event.choice, event.block), event];
      // Its tokens spell the text as the model wrote it.
      case "logprobs":
        return [];
      case "finish":
        return [...this.#closeAll(event.choice), event];
      case "error":
        return [...this.#closeAll(), event];
      default:
        return [event];
    }
  }

  end(): readonly ChatEvent[] {
    return this.#closeAll();
  }

  #delta(event: Of<"delta">): readonly ChatEvent[] {
    const open = this.#open.get(keyOf(event.choice, event.block));
    if (open === undefined) return [event];
    const text = open.filter.push(event.text);
    if (text === event.text) return [event];
    return text === "" && event.data === undefined ? [] : [{ ...event, text }];
  }

  #start(event: Of<"block-start">): ChatEvent {
    const { choice, block } = event;
    const filter = this.#texts.filter(event.start);
    if (filter !== undefined) this.#open.set(keyOf(choice, block), { choice, block, filter, annotations: [] });
    const start = this.#changed(event.start);
    return start === event.start ? event : { ...event, start };
  }

  #changed(start: BlockStart): BlockStart {
    if (start.kind === "tool-call") {
      const name = this.#texts.name(start.name);
      return name === start.name ? start : { ...start, name };
    }
    if (start.kind === "opaque") return { ...start, value: this.#value(start.value) };
    if (start.kind === "image" && start.url !== undefined) return { ...start, url: this.#texts.text(start.url) };
    return start;
  }

  /** They count in the text of their block, which is only known in full at its end. */
  #annotation(event: Of<"annotation">): readonly ChatEvent[] {
    const open = this.#open.get(keyOf(event.choice, event.block));
    if (open === undefined) return [event];
    open.annotations.push(event.annotation);
    return [];
  }

  #close(choice: number, block: number): readonly ChatEvent[] {
    const key = keyOf(choice, block);
    const open = this.#open.get(key);
    if (open === undefined) return [];
    this.#open.delete(key);
    const text = open.filter.end();
    return [
      ...(text === "" ? [] : [{ type: "delta" as const, choice, block, text }]),
      ...open.annotations.map((it) => ({
        type: "annotation" as const,
        choice,
        block,
        annotation: this.#moved(it, open.filter.offsets),
      })),
    ];
  }

  #closeAll(choice?: number): readonly ChatEvent[] {
    const open = [...this.#open.values()].filter((it) => choice === undefined || it.choice === choice);
    return open.flatMap((it) => this.#close(it.choice, it.block));
  }

  #moved(annotation: Annotation, offsets: Offsets): Annotation {
    const { title, url, citedText, startIndex, endIndex } = annotation;
    return {
      ...annotation,
      ...(title === undefined ? {} : { title: this.#texts.text(title) }),
      ...(url === undefined ? {} : { url: this.#texts.text(url) }),
      ...(citedText === undefined ? {} : { citedText: this.#texts.text(citedText) }),
      ...(startIndex === undefined ? {} : { startIndex: offsets.moved(startIndex, "start") }),
      ...(endIndex === undefined ? {} : { endIndex: offsets.moved(endIndex, "end") }),
    };
  }

  #value(value: JsonObject): JsonObject {
    const json = JSON.stringify(value);
    const made = this.#texts.json(json);
    if (made === json) return value;
    const changed = parseJson(made);
    return isObject(changed) ? changed : value;
  }
}

/** Both are small: a number costs less than a text with each piece of an answer. */
function keyOf(choice: number, block: number): number {
  return choice * 2 ** 32 + block;
}
