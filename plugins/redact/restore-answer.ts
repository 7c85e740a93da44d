/** The texts of an answer with the values of its request back in them. */
import type { ChatRequest } from "../core/chat";
import type { BlockStart } from "../core/events";
import type { AnswerTexts, TextFilter } from "./answer-events";
import { type TextForm, TextRestorer } from "./restore-text";
import type { Entry, Vault } from "./vault";

export interface RestoreAnswerOptions {
  readonly vault: Vault;
  /** The answer's text is JSON: the request asks for it. */
  readonly jsonAnswer: boolean;
  /** See the configuration. */
  readonly restoreToolResults: boolean;
}

const always = (): boolean => true;
const notFromTools = ({ fromTool }: Entry): boolean => !fromTool;

export class RestoredTexts implements AnswerTexts {
  readonly #it: RestoreAnswerOptions;

  constructor(options: RestoreAnswerOptions) {
    this.#it = options;
  }

  filter(start: BlockStart): TextFilter | undefined {
    switch (start.kind) {
      case "text":
        return this.#restorer(this.#it.jsonAnswer ? "json" : "text");
      case "refusal":
      case "reasoning":
      case "audio":
        return this.#restorer("text");
      case "tool-call":
        return this.#restorer(start.custom === true ? "text" : "json", this.#it.restoreToolResults ? always : notFromTools);
      default:
        return undefined;
    }
  }

  text(text: string): string {
    return this.#whole(text, "text");
  }

  json(text: string): string {
    return this.#whole(text, "json");
  }

  name(name: string): string {
    return this.#it.vault.names.get(name) ?? name;
  }

  #whole(text: string, form: TextForm): string {
    const restorer = this.#restorer(form);
    return restorer.push(text) + restorer.end();
  }

  #restorer(form: TextForm, allows: (entry: Entry) => boolean = always): TextRestorer {
    return new TextRestorer({ vault: this.#it.vault, form, allows });
  }
}

/** What the model writes to be read is JSON. */
export function asksForJson({ responseFormat }: ChatRequest): boolean {
  return responseFormat !== undefined && responseFormat.kind !== "text";
}
