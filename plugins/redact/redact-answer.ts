/** The texts of an answer without what may not reach the client. Placeholders of the request stay for the restorer behind. */
import type { BlockStart } from "../core/events";
import type { AnswerTexts, TextFilter } from "./answer-events";
import { AnswerWindow } from "./answer-window";
import { Findings, type Found } from "./findings";
import { HeldJson } from "./held-json";
import { labelOf } from "./placeholder";
import type { Redactor } from "./redactor";
import { outside } from "./regions";
import { blocked, replacement } from "./replacement";
import { rewriteJson, rewriteText } from "./rewrite";
import type { Tally } from "./tally";
import type { Vault } from "./vault";

/** What detectors find in an answer, and what comes of it. */
export interface AnswerInspection {
  look(text: string): Found;
  /** Tells of it. @throws GraftError where it ends the answer */
  replace(entity: string, value: string): string;
  flag(entity: string): void;
}

export interface RedactAnswerOptions {
  readonly redactor: Redactor;
  readonly vault: Vault;
  readonly tally: Tally;
  readonly jsonAnswer: boolean;
}

export class RedactedTexts implements AnswerTexts, AnswerInspection {
  readonly #it: RedactAnswerOptions;
  readonly #findings: Findings;

  constructor(options: RedactAnswerOptions) {
    this.#it = options;
    this.#findings = new Findings(options.redactor.inspector, options.redactor.rules, "response");
  }

  filter(start: BlockStart): TextFilter | undefined {
    switch (start.kind) {
      case "text":
        return this.#window(this.#it.jsonAnswer);
      case "refusal":
      case "reasoning":
      case "audio":
        return this.#window(false);
      case "tool-call":
        return start.custom === true ? this.#window(false) : new HeldJson((text) => this.json(text));
      default:
        return undefined;
    }
  }

  text(text: string): string {
    if (text.startsWith("data:")) return text;
    const { regions, flagged } = this.look(text);
    for (const { entity } of flagged) this.flag(entity);
    return rewriteText(text, regions, (entity, { text: value }) => this.replace(entity, value));
  }

  json(text: string): string {
    const { regions, flagged } = this.look(text);
    for (const { entity } of flagged) this.flag(entity);
    return rewriteJson(text, regions, (entity, { text: value }) => this.replace(entity, value));
  }

  /** The client's own tools. */
  name(name: string): string {
    return name;
  }

  look(text: string): Found {
    const { inspector } = this.#it.redactor;
    const found = this.#findings.of(inspector.find(text));
    if (this.#it.vault.empty || found.regions.length === 0) return found;
    return { ...found, regions: outside(found.regions, inspector.lookalikes(text)) };
  }

  replace(entity: string, value: string): string {
    const { redactor, tally } = this.#it;
    const action = redactor.rules.actionOf(entity, "response");
    tally.add(entity, action, "response");
    if (action === "block") throw blocked(entity, "response");
    // Nothing could ever put a value in its place.
    if (action === "placeholder") return `[${labelOf(entity)}]`;
    return replacement(action, entity, value, redactor.config.hash_key);
  }

  flag(entity: string): void {
    this.#it.tally.add(entity, "flag", "response");
  }

  #window(json: boolean): AnswerWindow {
    const { longest, findsLongRuns: longRuns } = this.#it.redactor.inspector;
    return new AnswerWindow(this, { json, longest, longRuns });
  }
}
