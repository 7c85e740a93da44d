import { foldDates } from "./fold-dates";
import { foldNumbers } from "./fold-numbers";
import { foldUnits } from "./fold-units";
import { foldPhrases } from "./phrases";
import { stem } from "./stem";
import type { Token } from "./token";
import {
  ASKS,
  AUXILIARIES,
  DETERMINERS,
  EMPTY,
  MODALS,
  NAMES_WITH_CAPITALS,
  OPENERS,
  PAST,
  PERSONS,
  ROLES,
  TASKS,
} from "./words/function-words";
import { SYNONYMS } from "./words/synonyms";

/** A word, number or literal that must agree. */
export interface Content {
  readonly token: Token;
  /** What is compared: the same for inflections and synonyms. */
  readonly key: string;
  /** Without synonyms. */
  readonly stem: string;
  /** The preposition right before it, `to` for all that lead to, empty for none. */
  readonly role: string;
  /** Content between two function words is one phrase: counts them. */
  readonly phrase: number;
  /** After `and`. */
  readonly joined: boolean;
}

/** An English question, taken apart. */
export interface Question {
  readonly content: readonly Content[];
  /** Question words in order. */
  readonly asks: readonly string[];
  /** Of a question for yes or no: by which verb. */
  readonly polar: string | undefined;
  readonly modals: readonly string[];
  /** How many of its verbs say so. */
  readonly past: number;
  /** It has a verb that shows its time. */
  readonly finite: boolean;
  /** Who is spoken of, in order. */
  readonly persons: readonly string[];
  /** More than one clause: a negation belongs to one of them. */
  readonly clauses: boolean;
  /** It begins with what is to be done: to be told how is no answer to it. */
  readonly task: boolean;
  /** A preposition stands without its noun ("who does she work for"): what it governs is elsewhere. */
  readonly dangling: boolean;
  /** How much of the content stands before each of its pauses: what commas hold together. */
  readonly pauses: readonly number[];
}

const JOINS_CLAUSES = new Set(["and", "if", "that", "but", "or", "because", "while"]);

const SAME_AS = new Map<string, string>();
for (const line of SYNONYMS.trim().split("\n")) {
  const [first = "", ...others] = line.split(" ").map(stem);
  for (const other of [first, ...others]) SAME_AS.set(other, first);
}

/** @param split as `splitText` gives it */
export function readQuestion(split: readonly Token[]): Question {
  const tokens = foldDates(foldUnits(foldNumbers(foldPhrases(split))));
  const reader = new Reader();
  tokens.forEach((it, at) => {
    reader.read(it, tokens[at + 1]);
  });
  return reader.question();
}

/** Goes through the tokens once; where it stands in the sentence is its state. */
class Reader {
  readonly #content: Content[] = [];
  readonly #asks: string[] = [];
  readonly #modals: string[] = [];
  readonly #persons: string[] = [];
  #polar: string | undefined;
  #past = 0;
  #finite = false;
  #clauses = false;
  #task = false;
  #dangling = false;
  readonly #pauses: number[] = [];
  /** Nothing but what opens a sentence has come since its beginning. */
  #opening = true;
  /** A pause has come after content. */
  #paused = false;
  /** `do` or a modal has come in this clause: the next `do` or `have` is a verb of its own. */
  #carried = false;
  /** The last word asks for a noun. */
  #determined = false;
  #negated = false;
  #joined = false;
  #role = "";
  #phrase = 0;

  read(it: Token, next: Token | undefined): void {
    const key = it.kind === "word" && !isNameAfterAll(it) ? it.key : "";
    const preposition = ROLES.get(key);
    const person = PERSONS.get(key);
    if (it.kind === "break") this.#pause();
    else if (preposition !== undefined) this.#join(preposition);
    else if (person !== undefined) {
      this.#persons.push(person);
      // "to my account": the role waits for the noun.
      if (this.#role === "") this.#phrase += 1;
    } else if (this.#ask(key) || this.#carry(key, next)) {
      this.#phrase += 1;
      this.#role = "";
    } else if (EMPTY.has(key) && !(key === "a" && isPhraseEnd(next))) {
      this.#joined ||= key === "and";
      this.#clauses ||= JOINS_CLAUSES.has(key);
    } else this.#add(it, key);
    if (it.kind !== "break" && !EMPTY.has(key)) this.#opening = false;
    this.#determined = DETERMINERS.has(key);
  }

  question(): Question {
    return {
      content: this.#content,
      asks: this.#asks,
      polar: this.#asks.length > 0 || this.#polar === undefined ? undefined : this.#modals.length > 0 ? "modal" : this.#polar,
      modals: this.#modals,
      past: this.#past,
      finite: this.#finite,
      persons: this.#persons,
      clauses: this.#clauses,
      task: this.#task,
      dangling: this.#dangling || this.#role !== "",
      pauses: this.#pauses.filter((at) => at < this.#content.length),
    };
  }

  #pause(): void {
    this.#paused = this.#content.length > 0;
    if (this.#paused) this.#pauses.push(this.#content.length);
    this.#dangling ||= this.#role !== "";
    this.#opening = true;
    this.#carried = false;
    this.#role = "";
    this.#phrase += 1;
  }

  #join(preposition: string): void {
    // "safe not to go" is not "not safe to go".
    this.#clauses ||= this.#negated && preposition === "to";
    this.#role = preposition;
    this.#phrase += 1;
  }

  #ask(key: string): boolean {
    // `which` asks at the beginning, and joins clauses later on.
    const asked = key === "which" && this.#content.length === 0 && this.#asks.length === 0 ? "what" : ASKS.get(key);
    if (asked === undefined) return false;
    // "what happens when I leave" asks what, whenever it is.
    if (!(key === "when" && this.#asks.length > 0)) this.#asks.push(asked);
    this.#carried = false;
    return true;
  }

  /** An auxiliary or modal verb; not `do` and `have` where they are what is done. */
  #carry(key: string, next: Token | undefined): boolean {
    const modal = MODALS.get(key);
    const auxiliary = AUXILIARIES.get(key);
    if ((modal === undefined && auxiliary === undefined) || this.#determined) return false;
    if (auxiliary === "do" && (this.#carried || this.#role === "to")) return false;
    if (auxiliary === "have" && (this.#carried || this.#role === "to" || isNounNext(next))) return false;
    if (this.#opening) this.#polar ??= auxiliary ?? "modal";
    if (modal !== undefined) this.#modals.push(modal);
    this.#carried ||= auxiliary !== "be";
    if (PAST.has(key)) this.#past += 1;
    this.#finite = true;
    return true;
  }

  #add(it: Token, key: string): void {
    if (OPENERS.has(key) || it.kind === "date") this.#phrase += 1;
    this.#clauses ||= this.#paused || JOINS_CLAUSES.has(key);
    this.#task ||= this.#opening && this.#content.length === 0 && TASKS.has(key);
    const short = stemOf(it);
    this.#content.push({
      token: it,
      key: SAME_AS.get(short) ?? short,
      stem: short,
      role: this.#role === "" && OPENERS.has(key) ? key : this.#role,
      phrase: this.#phrase,
      joined: this.#joined,
    });
    if (it.kind === "date") this.#phrase += 1;
    this.#negated = key === "not";
    this.#joined = false;
    this.#role = "";
  }
}

/** No article: "rename a to b". */
function isPhraseEnd(next: Token | undefined): boolean {
  return next === undefined || next.kind === "break" || next.kind === "sign" || (next.kind === "word" && ROLES.has(next.key));
}

function isNounNext(next: Token | undefined): boolean {
  return (
    next === undefined || next.kind === "number" || next.kind === "break" || (next.kind === "word" && DETERMINERS.has(next.key))
  );
}

/** `US`, `WHO`, `Will` and the `A` of a vitamin: function words but for their capitals. */
function isNameAfterAll(it: Token): boolean {
  return it.name && NAMES_WITH_CAPITALS.has(it.key);
}

function stemOf(it: Token): string {
  if (it.kind !== "word") return `${it.kind} ${it.key}`;
  return isNameAfterAll(it) ? `name ${it.key}` : stem(it.key);
}
