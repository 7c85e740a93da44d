/** One chain against itself, and against what others know of it. */
import { type Line, readLine } from "../chain/line";
import type { Findings, VerifiedChain } from "./report";
import type { Piece, RawLine } from "./source";

/** Somebody knows that the chain got there. */
export interface KnownHead {
  readonly seq: number;
  readonly mac: string;
  readonly at: string;
  /** For people: who says so. */
  readonly source: string;
}

export interface ChainCheck {
  readonly writer: string;
  readonly pieces: readonly Piece[];
  readonly known: readonly KnownHead[];
  /** Heads of whatever chain, `seq:mac`: those that are met are taken out. */
  readonly wanted: Set<string>;
  readonly key: Buffer;
  /** ISO 8601: what is missing from before is not missed. */
  readonly since: string | undefined;
  readonly findings: Findings;
}

/** Reads it once, from its beginning to its end. */
export async function checkChain(check: ChainCheck): Promise<VerifiedChain> {
  const chain = new ReadChain(check);
  for (const [index, piece] of check.pieces.entries()) await chain.read(piece, index === check.pieces.length - 1);
  return chain.end();
}

class ReadChain {
  readonly #check: ChainCheck;
  /** Heads not reached so far, the next one first. */
  readonly #known: KnownHead[];
  #last: Line | undefined;
  /** Its number, or that of changed lines behind it. */
  #seq = 0;
  /** The line before this one was changed: nobody knows its signature. */
  #blind = false;
  #records = 0;
  #ended = false;

  constructor(check: ChainCheck) {
    this.#check = check;
    this.#known = check.known.filter(({ seq }) => seq > 0).sort((a, b) => a.seq - b.seq);
  }

  async read(piece: Piece, isLast: boolean): Promise<void> {
    let first = true;
    for await (const raw of piece.lines()) {
      if (raw.whole) this.#read(raw, piece, first);
      else this.#torn(raw, isLast);
      first = false;
    }
    if (!first) return;
    if (isLast) this.#check.findings.note(piece.name, "is empty: its writer was cut off before its first line");
    else this.#check.findings.problem(piece.name, "is empty");
  }

  end(): VerifiedChain {
    const { writer, findings } = this.#check;
    const missed = this.#known.at(-1);
    // Of one that is not, its line was changed: that was said already.
    if (missed !== undefined && missed.seq > this.#seq && !this.#isOld(missed.at)) {
      const where = this.#check.pieces.at(-1)?.name ?? writer;
      const gone = this.#seq === 0 ? "all of its records are missing" : `its records end with ${this.#seq}`;
      findings.problem(where, `${gone}: ${missed.source} knows of number ${missed.seq}, written ${missed.at}`);
    }
    const last = this.#last;
    const head = last === undefined ? "" : `${last.seq}:${last.mac}`;
    return { writer, records: this.#records, head, at: last?.at ?? "", ended: this.#ended };
  }

  #read({ place, bytes, seq }: RawLine, piece: Piece, first: boolean): void {
    const { findings, key, writer } = this.#check;
    const line = bytes === undefined ? undefined : readLine(key, bytes);
    if (line === undefined) {
      findings.problem(place, "was changed, or is no record of this key");
      this.#seq += 1;
      this.#blind = true;
      return;
    }
    if (line.writer !== writer) {
      findings.problem(place, `is record ${line.seq} of another writer, ${line.writer}`);
      return;
    }
    if (seq !== undefined && seq !== line.seq) findings.problem(place, `is record ${line.seq}, by another number`);
    if (!this.#follows(line, place)) return;
    const begins = line.value["kind"] === "begin";
    if (begins !== first)
      findings.problem(place, begins ? "begins a file, and is not at its beginning" : "does not begin this file");
    else if (begins && line.value["file"] !== piece.number) findings.problem(place, "is the beginning of another file");
    this.#take(line, place);
  }

  /** In its place, as far as its number and the line before say. */
  #follows(line: Line, place: string): boolean {
    const { findings } = this.#check;
    const expected = this.#seq + 1;
    const before = this.#last?.mac ?? "";
    // The changed lines in front of it were put in.
    if (this.#blind && line.seq === (this.#last?.seq ?? 0) + 1 && line.prev === before) return true;
    if (line.seq < expected) {
      findings.problem(place, `is record ${line.seq}, in the wrong place or once too often`);
      return false;
    }
    if (this.#ended) findings.problem(place, "stands behind the end of the chain");
    if (line.seq > expected) {
      const gone =
        line.seq === expected + 1 ? `record ${expected} is missing` : `records ${expected} to ${line.seq - 1} are missing`;
      if (this.#last === undefined && this.#isOld(line.at)) findings.note(place, `${gone}, from before that time`);
      else findings.problem(place, `${gone} in front of it`);
    } else if (!this.#blind && line.prev !== before) {
      findings.problem(place, `follows another record ${line.seq - 1} than the one in front of it`);
    }
    return true;
  }

  #take(line: Line, place: string): void {
    this.#last = line;
    this.#seq = line.seq;
    this.#blind = false;
    this.#records += 1;
    this.#ended = line.value["kind"] === "end";
    this.#check.wanted.delete(`${line.seq}:${line.mac}`);
    for (let known = this.#known[0]; known !== undefined && known.seq <= line.seq; known = this.#known[0]) {
      this.#known.shift();
      if (known.seq === line.seq && known.mac !== line.mac)
        this.#check.findings.problem(place, `is another record ${line.seq} than the one that ${known.source} knows`);
    }
  }

  #torn({ place }: RawLine, isLast: boolean): void {
    const { findings } = this.#check;
    if (isLast && !this.#ended) findings.note(place, "is torn: its writer was cut off, or is writing it now");
    else findings.problem(place, "is torn, and something follows it or should not be there");
  }

  #isOld(at: string): boolean {
    const { since } = this.#check;
    return since !== undefined && at < since;
  }
}
