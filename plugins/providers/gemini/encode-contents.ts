/**
 * Messages → `systemInstruction` and `contents`.
 *
 * Contents alternate between user and model; consecutive messages of one role become one content. The exception is what follows
 * function responses: a content with other parts beside them is refused ("Requests ending with a model turn are not supported"),
 * while a second user content is not.
 */
import type { Message } from "../../core/chat";
import { reportExtra } from "./dropped";
import { encodePart } from "./encode-part";
import { encodeToolResult } from "./encode-tool-result";
import type { ModelTraits } from "./model-traits";
import { BLANK, type WireContent, type WirePart } from "./wire";

export interface EncodedContents {
  readonly systemInstruction?: { readonly parts: readonly WirePart[] };
  readonly contents: readonly WireContent[];
}

/**
 * Google's documented stand-in where a history has function calls that no Gemini 3 model signed. Checked is only the first call of
 * each turn: parallel calls share its signature.
 */
const NO_SIGNATURE = "skip_thought_signature_validator";

/** @throws GraftError `bad_request` for a tool result without its call. */
export function encodeContents(messages: readonly Message[], traits: ModelTraits, dropped: Set<string>): EncodedContents {
  const first = messages.findIndex((message) => !isSystem(message));
  const leading = first === -1 ? messages : messages.slice(0, first);
  const system = leading.flatMap((message) => partsOf(message, traits, dropped));
  const turns = new Turns();
  const names = new Map<string, string>();
  for (const [at, message] of messages.entries())
    if (at >= leading.length) addMessage(turns, message, at, names, traits, dropped);
  const contents = turns.contents(traits.gemini3);
  if (system.length === 0) return { contents: startingWithUser(contents) };
  if (contents.length === 0) {
    // System messages alone are a prompt too; Gemini needs one that is not a system instruction.
    dropped.add("messages[].role");
    return { contents: [{ role: "user", parts: system }] };
  }
  if (traits.systemInstruction) return { systemInstruction: { parts: system }, contents: startingWithUser(contents) };
  return { contents: withSystemText(system, contents) };
}

function addMessage(
  turns: Turns,
  message: Message,
  at: number,
  /** Function name by call id, of the calls so far: clients reuse ids in later turns. */
  names: Map<string, string>,
  traits: ModelTraits,
  dropped: Set<string>,
): void {
  if (isSystem(message)) {
    dropped.add("messages[].role");
    turns.add("user", marked(partsOf(message, traits, dropped)));
    return;
  }
  reportMessage(message, dropped);
  const kind = message.role === "assistant" ? "model" : "user";
  let empty = true;
  for (const part of message.parts) {
    if (part.type === "tool-result") {
      const { response, media } = encodeToolResult(part, at, names, traits, dropped);
      turns.addResult(response, media);
      empty = false;
      continue;
    }
    if (part.type === "tool-call") names.set(part.id, part.name);
    const encoded = encodePart(part, traits, dropped);
    turns.add(kind, encoded);
    empty &&= encoded.length === 0;
  }
  // Said nothing, but it was the user's turn.
  if (empty && message.role === "user") turns.add("user", [BLANK]);
}

/**
 * Gemini has one system instruction, before everything else. A later system message keeps its place instead: moved to the front it
 * would also hold for the turns before it, and change the prefix that provider caches are keyed by. The tag tells it from the user's words.
 */
function marked(parts: readonly WirePart[]): readonly WirePart[] {
  return parts.map((part) =>
    typeof part["text"] === "string" ? { ...part, text: `<system>\n${part["text"]}\n</system>` } : part,
  );
}

function partsOf(message: Message, traits: ModelTraits, dropped: Set<string>): readonly WirePart[] {
  reportMessage(message, dropped);
  return message.parts.flatMap((part) => (part.type === "tool-result" ? [] : encodePart(part, traits, dropped)));
}

function reportMessage(message: Message, dropped: Set<string>): void {
  if (message.name !== undefined && message.role !== "tool") dropped.add("messages[].name");
  // Marks on the model's own text, which clients echo; no model reads them.
  reportExtra(message.extra, "messages[]", dropped, ["annotations"]);
}

function isSystem(message: Message): boolean {
  return message.role === "system" || message.role === "developer";
}

function startingWithUser(contents: readonly WireContent[]): readonly WireContent[] {
  return contents[0]?.role === "user" ? contents : [{ role: "user", parts: [BLANK] }, ...contents];
}

function withSystemText(system: readonly WirePart[], contents: readonly WireContent[]): readonly WireContent[] {
  const [first, ...rest] = contents;
  return first?.role === "user"
    ? [{ role: "user", parts: [...system, ...first.parts] }, ...rest]
    : [{ role: "user", parts: system }, ...contents];
}

class Turns {
  readonly #turns: { readonly kind: "user" | "model" | "results"; readonly parts: WirePart[] }[] = [];
  /** Held until all results of the turn are there. */
  #media: WirePart[] = [];

  add(kind: "user" | "model" | "results", parts: readonly WirePart[]): void {
    if (kind !== "results") this.#release();
    if (parts.length === 0) return;
    const last = this.#turns.at(-1);
    if (last?.kind === kind) for (const part of parts) last.parts.push(part);
    else this.#turns.push({ kind, parts: [...parts] });
  }

  addResult(response: WirePart, media: readonly WirePart[]): void {
    this.add("results", [response]);
    for (const part of media) this.#media.push(part);
  }

  contents(signs: boolean): readonly WireContent[] {
    this.#release();
    return this.#turns.map(({ kind, parts }) =>
      kind === "model" ? { role: "model", parts: signs ? signedOnce(parts) : parts } : { role: "user", parts },
    );
  }

  #release(): void {
    const media = this.#media;
    this.#media = [];
    if (media.length > 0) this.#turns.push({ kind: "user", parts: media });
  }
}

function signedOnce(parts: readonly WirePart[]): readonly WirePart[] {
  const call = parts.findIndex((part) => part["functionCall"] !== undefined);
  const part = parts[call];
  if (part === undefined || part["thoughtSignature"] !== undefined) return parts;
  return parts.with(call, { ...part, thoughtSignature: NO_SIGNATURE });
}
