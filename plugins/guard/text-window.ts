/**
 * Text on its way past the rules: let through once nothing in it can be part of a match any more.
 *
 * Of what has come, the last `hold` units stay here: a match is never longer than `hold - LOOK_AHEAD`, so every match that begins in
 * front of them is there in full, with the character behind it. What is let through is therefore the same however the text was cut.
 */
import type { Finder, Span } from "./finder";
import { readable, readablePlace } from "./json-escapes";

/** The character behind a match says whether a word ends there; it may be a pair. */
const LOOK_AHEAD = 2;
/** And the one in front of it whether one begins there; unseen characters may stand between. */
const LOOK_BEHIND = 16;

export interface WatchedFinder {
  readonly finder: Finder;
  readonly redacts: boolean;
  /** Stands for what it finds. */
  readonly label: string;
  /** It has found something. @returns whether to go on looking @throws to stop here */
  fired(): boolean;
  /** It has found more than it may replace: the match goes on beyond what is held. @throws */
  overran(): never;
}

export interface WindowSettings {
  /** Infinity = until the text is complete. */
  readonly hold: number;
  /** So much new text, or a sentence, before it is looked at again. */
  readonly step: number;
  /** JSON text: escapes are read as what they stand for. */
  readonly json: boolean;
}

export function holdFor(finders: readonly Finder[]): number {
  return Math.max(0, ...finders.map(({ longest }) => longest)) + LOOK_AHEAD;
}

type Places = Uint32Array | undefined;
type Replacement = Span & { readonly label: string };

const SENTENCE_END = /[.!?…。！？\n]/;

export class TextWindow {
  readonly #finders: readonly WatchedFinder[];
  readonly #settings: WindowSettings;
  /** Where each finder goes on, in `#raw`; Infinity = it looks no more. */
  readonly #cursors: number[];
  /** A little of what was let through, then what is held. */
  #raw = "";
  #held = 0;
  #fresh = 0;
  #taken = 0;
  #passed = 0;
  #redacted = false;

  constructor(finders: readonly WatchedFinder[], settings: WindowSettings) {
    this.#finders = finders;
    this.#settings = settings;
    this.#cursors = finders.map(() => 0);
  }

  /** Units that came in, and how many of them have gone out or were replaced. */
  get taken(): number {
    return this.#taken;
  }

  get passed(): number {
    return this.#passed;
  }

  get redacted(): boolean {
    return this.#redacted;
  }

  /** @returns what is let through */
  push(text: string): string {
    if (this.#finders.length === 0) {
      this.#taken += text.length;
      this.#passed += text.length;
      return text;
    }
    this.#raw += text;
    this.#fresh += text.length;
    this.#taken += text.length;
    const { hold, step } = this.#settings;
    if (this.#raw.length - this.#held <= hold) return "";
    if (this.#fresh < step && !(this.#fresh >= step / 4 && SENTENCE_END.test(text))) return "";
    return this.#look(false);
  }

  end(): string {
    return this.#look(true);
  }

  #look(complete: boolean): string {
    this.#fresh = 0;
    const { text, places } = this.#settings.json ? readable(this.#raw, complete) : { text: this.#raw };
    const seen = complete || !endsInHalf(text) ? text : text.slice(0, -1);
    const held = readablePlace(places, this.#held);
    const cut = complete ? seen.length : wholeLetters(seen, seen.length - this.#settings.hold);
    if (cut <= held && !complete) return "";
    const spans = this.#search(seen, cut, complete, places);
    const out = this.#replaced(spans, held, cut, places);
    this.#forget(text, places);
    return out;
  }

  /** What must be replaced in front of `cut`. */
  #search(seen: string, cut: number, complete: boolean, places: Places): Replacement[] {
    const spans: Replacement[] = [];
    for (const [index, watched] of this.#finders.entries()) {
      const from = this.#cursors[index] ?? 0;
      if (from === Number.POSITIVE_INFINITY) continue;
      let cursor = cut;
      for (const span of watched.finder.find(seen, readablePlace(places, from))) {
        const open = !complete && span.end >= seen.length;
        // What comes next may still decide over it, and all of it is held.
        if (span.start >= cut && (open || watched.redacts)) break;
        if (!watched.fired()) {
          cursor = Number.POSITIVE_INFINITY;
          break;
        }
        if (!watched.redacts) break;
        if (open) watched.overran();
        spans.push({ start: span.start, end: span.end, label: span.text ?? watched.label });
        cursor = Math.max(cut, span.end);
      }
      this.#cursors[index] = cursor === Number.POSITIVE_INFINITY ? cursor : (places?.[cursor] ?? cursor);
    }
    return spans.sort((a, b) => a.start - b.start);
  }

  #replaced(spans: readonly Replacement[], held: number, cut: number, places: Places): string {
    const place = (at: number): number => places?.[at] ?? at;
    let out = "";
    let at = held;
    for (const { start, end, label } of spans) {
      if (start >= at) {
        out += this.#raw.slice(place(at), place(start)) + this.#written(label);
        this.#redacted = true;
      }
      // Else its beginning was replaced together with another match.
      at = Math.max(at, end);
    }
    const end = Math.max(at, cut);
    out += this.#raw.slice(place(at), place(end));
    this.#passed += place(end) - this.#held;
    this.#held = place(end);
    return out;
  }

  #written(label: string): string {
    return this.#settings.json ? JSON.stringify(label).slice(1, -1) : label;
  }

  /** Keeps of what was let through what finders still look at, and a little in front of it. */
  #forget(text: string, places: Places): void {
    const least = this.#cursors.reduce((min, cursor) => Math.min(min, cursor), this.#held);
    const from = wholeLetters(text, readablePlace(places, least) - LOOK_BEHIND);
    const gone = places?.[from] ?? from;
    if (gone <= 0) return;
    this.#raw = this.#raw.slice(gone);
    this.#held -= gone;
    for (const [index, cursor] of this.#cursors.entries()) this.#cursors[index] = cursor - gone;
  }
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00;
}

/** `at`, or the place before it where it would cut a pair. */
function wholeLetters(text: string, at: number): number {
  if (at <= 0) return 0;
  const unit = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit < 0xe000 && before >= 0xd800 && before < 0xdc00 ? at - 1 : at;
}
