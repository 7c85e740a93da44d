/**
 * The name of an answer: an HMAC over everything that can change it. Not a plain hash, since prompts can be guessed, and whoever reads the
 * store could find out who asked what.
 */
import { createHmac } from "node:crypto";
import type { ChatRequest, Message } from "../../core/chat";
import type { HeaderMap } from "../../core/provider";
import type { ModelAlias, Target } from "../../core/target";
import { aliasForm, messageForm, requestForm, targetForm } from "./answer-form";
import { canonical } from "./canonical";
import { questionOf, turnsOf, withoutWords } from "./question";

/** Of what is hashed and of what answers mean: entries under another one are never found. */
const VERSION = 1;

export interface KeyFacts {
  readonly alias: ModelAlias;
  /** Those that this exchange may use, in order. */
  readonly targets: readonly Target[];
  /** Client headers that providers get and that may change an answer. */
  readonly headers: HeaderMap;
  /** Hash of all settings that change requests before, and answers after a provider has them. */
  readonly versions: string;
  /** What the client wants its answers kept apart by, see `readClientKey`. */
  readonly clientKey?: string | undefined;
}

export interface Fingerprint {
  /** @param partition from `partitionOf`. @returns 43 characters of base64url */
  exact(hmacKey: Buffer, partition: string): string;
  /** Of all but the words of the last user turn: the same for all questions that could have each other's answers. */
  rest(hmacKey: Buffer, partition: string): string;
  /** Those words; undefined where no answer to other words would do. */
  readonly question: string | undefined;
  /** How many of the messages are turns of the conversation. */
  readonly messages: number;
}

/** @param request as all request hooks in front of the cache left it: redacted */
export function fingerprint(request: ChatRequest, facts: KeyFacts): Fingerprint {
  const { alias, targets, headers, versions, clientKey } = facts;
  const last = request.messages.at(-1);
  const said = [aliasForm(alias), targets.map(targetForm), headers, versions, clientKey, requestForm(request)];
  const before = canonical(said) + request.messages.slice(0, -1).map(formText).join("");
  const name = (kind: "exact" | "rest", hmacKey: Buffer, partition: string, end: Message | undefined): string =>
    createHmac("sha256", hmacKey)
      .update(canonical([VERSION, kind, partition]))
      .update(before)
      .update(end === undefined ? "" : formText(end))
      .digest("base64url");
  return {
    exact: (hmacKey, partition) => name("exact", hmacKey, partition, last),
    rest: (hmacKey, partition) => name("rest", hmacKey, partition, last && withoutWords(last)),
    question: questionOf(request),
    messages: turnsOf(request),
  };
}

/** Canonical texts in a row are unambiguous: each begins with its bracket and ends with the one that closes it. */
function formText(message: Message): string {
  return canonical(messageForm(message));
}
