/** A request as what is counted: texts, and tokens that do not depend on text. */
import type { ChatRequest, Message, NeutralRequest, Part, ResultContent } from "../core/chat";
import type { Family } from "./family";
import { imageTokens } from "./image-tokens";
import { audioTokens, fileTokens } from "./media-tokens";
import { renderFormat, renderTools } from "./render-tools";
import type { Size } from "./text-size";

export interface Rendered {
  /** Counted one by one: tokens do not span fields. */
  readonly texts: readonly string[];
  /** For each text: the model's tokens for one that is counted. */
  readonly factors: readonly number[];
  readonly fixed: Size;
  /** Nothing in it but messages of text: what the public rules are about. */
  readonly plain: boolean;
}

export function renderRequest(request: NeutralRequest, family: Family): Rendered {
  const counter = new Collector(family);
  counter.fixed(family.base);
  for (const message of request.messages) counter.message(message);
  counter.definitions(request);
  return counter.rendered();
}

class Collector {
  readonly #family: Family;
  readonly #texts: string[] = [];
  readonly #factors: number[] = [];
  #low = 0;
  #estimate = 0;
  #high = 0;
  #plain = true;

  constructor(family: Family) {
    this.#family = family;
  }

  rendered(): Rendered {
    const fixed = { low: this.#low, estimate: this.#estimate, high: this.#high };
    return { texts: this.#texts, factors: this.#factors, fixed, plain: this.#plain };
  }

  fixed(tokens: number): void {
    this.#low += tokens;
    this.#estimate += tokens;
    this.#high += tokens;
  }

  message({ name, parts }: Message): void {
    this.fixed(this.#family.message);
    if (name !== undefined) {
      this.#text(name);
      this.fixed(1);
    }
    const calls = parts.reduce((sum, part) => sum + (part.type === "tool-call" ? 1 : 0), 0);
    for (const part of parts) this.#part(part, calls);
  }

  definitions({ tools, toolChoice, responseFormat, reasoning }: ChatRequest): void {
    const shown = toolChoice?.mode !== "none" || this.#family.forbiddenTools;
    if (tools !== undefined && tools.length > 0 && shown) {
      this.#plain = false;
      this.fixed(this.#family.tools.base);
      for (const tool of tools) if (tool.kind === "server") this.fixed(this.#serverTool(tool.value["type"]));
      this.#text(renderTools(tools, this.#family.tools.style), this.#family.tools.text);
      if (toolChoice?.mode === "tool") this.fixed(4);
    }
    if (responseFormat?.kind === "json-schema") {
      this.#plain = false;
      this.fixed(this.#family.schemaBase);
      if (this.#family.schema > 0) this.#text(renderFormat(responseFormat), this.#family.schema);
    }
    if (reasoning !== undefined && reasoning.effort !== "none") this.fixed(this.#family.thinking);
  }

  #serverTool(type: unknown): number {
    const name = typeof type === "string" ? type.replace(/_\d{8}$/, "") : "";
    const { serverTools } = this.#family;
    return Object.hasOwn(serverTools, name) ? (serverTools[name] ?? 0) : 0;
  }

  #part(part: Part, calls: number): void {
    switch (part.type) {
      case "text":
      case "refusal":
        this.#text(part.text);
        return;
      case "tool-call":
        this.#plain = false;
        this.fixed(calls > 1 ? this.#family.parallelCall : this.#family.call);
        this.fixed((part.signature?.length ?? 0) * this.#family.signature);
        this.#text(part.name);
        this.#text(part.arguments);
        return;
      case "tool-result":
        this.#plain = false;
        this.fixed(this.#family.result);
        for (const content of part.content) this.#content(content);
        return;
      case "reasoning":
        // Providers drop the thoughts of earlier turns, or not; they count them where they are read again.
        this.#plain = false;
        this.#text(part.text);
        return;
      case "opaque":
        this.#plain = false;
        this.#text(JSON.stringify(part.value));
        return;
      case "audio":
        this.#media(audioTokens(part, this.#family.audioSecond));
        return;
      default:
        this.#content(part);
    }
  }

  #content(part: ResultContent): void {
    if (part.type === "text") this.#text(part.text);
    else this.#media(part.type === "image" ? imageTokens(part, this.#family.image) : fileTokens(part));
  }

  #text(text: string, factor = 1): void {
    if (text === "") return;
    this.#texts.push(text);
    this.#factors.push(factor * this.#family.text);
  }

  #media({ low, estimate, high }: Size): void {
    this.#plain = false;
    this.#low += low;
    this.#estimate += estimate;
    this.#high += high;
  }
}
