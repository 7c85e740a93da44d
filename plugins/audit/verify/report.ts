/** What a verification found. */
export interface Problem {
  /** `file:line`, a file, or a writer. */
  readonly place: string;
  readonly message: string;
}

export interface VerifiedChain {
  readonly writer: string;
  readonly records: number;
  /** Of the last good line: to be kept elsewhere, and given as `--head` another time. `seq:mac`; empty when there is none. */
  readonly head: string;
  /** Of that line, ISO 8601. */
  readonly at: string;
  /** It said its end; else it was cut by a crash, or its writer still runs. */
  readonly ended: boolean;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly records: number;
  readonly chains: readonly VerifiedChain[];
  /** The first of them. */
  readonly problems: readonly Problem[];
  /** How many there are. */
  readonly problemCount: number;
  /** What is as it may be, and still worth a look. */
  readonly notes: readonly Problem[];
}

/** A log full of faults must not fill the memory. */
const MOST = 1000;

export class Findings {
  readonly problems: Problem[] = [];
  readonly notes: Problem[] = [];
  problemCount = 0;

  problem(place: string, message: string): void {
    this.problemCount += 1;
    if (this.problems.length < MOST) this.problems.push({ place, message });
  }

  note(place: string, message: string): void {
    if (this.notes.length < MOST) this.notes.push({ place, message });
  }
}
