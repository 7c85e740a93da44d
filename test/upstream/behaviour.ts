/**
 * Everything the fake upstream can do to a request. Chosen by the model name (`do-reset-mid-stream-3` = that behaviour with n = 3,
 * `do-503` = that status) or, before that, by the queue of `script()`. Without either it answers as the demo provider does.
 */

/** What `n` counts is said where it means something; the number is its default. */
export const BEHAVIOURS = {
  /** The demo provider's answer. */
  answer: 0,
  /** n = status, in the provider's own error shape. 429, 503 and 529 carry a retry time of 2 s the way the provider says it. */
  status: 503,
  /** 400 in the words each provider has for a prompt that is too long. */
  "context-length": 0,
  /** What each provider says to a key it does not know (Google: 400, the others: 401). */
  "bad-key": 0,
  /** n = status; a proxy's page instead of the API. */
  "html-error": 502,
  /** n = status with an empty body. */
  "empty-error": 500,
  /** Never says anything (or goes on when `until` resolves). */
  "hang-before-headers": 0,
  /** Sends headers, then nothing (or goes on when `until` resolves). */
  "hang-after-headers": 0,
  /** Stops after n events (or goes on when `until` resolves). */
  "hang-mid-stream": 3,
  /** n = milliseconds before the headers. */
  "slow-headers": 200,
  /** n = milliseconds between the headers and the first byte. */
  "slow-first-token": 200,
  /** One byte per write. */
  drip: 0,
  /** RST, before a byte was sent. */
  "reset-before-headers": 0,
  /** RST after headers with a content-length and half the body. */
  "reset-mid-body": 0,
  /** RST after n events. */
  "reset-mid-stream": 3,
  /** FIN after headers with a content-length and half the body. */
  "short-body": 0,
  /** FIN after n events, without the last chunk of HTTP/1.1's chunked encoding. */
  "truncate-stream": 3,
  /** A clean end after n events: right by HTTP, but no finish. */
  "cut-stream": 3,
  /** 200 with a body that is no JSON. */
  "garbage-json": 0,
  /** After n events one whose data is no JSON, then the rest. */
  "garbage-event": 2,
  /** The right body as `text/plain`. */
  "wrong-content-type": 0,
  /** After n events an error in the stream, as each provider sends it; nothing follows. */
  "error-event": 2,
  gzip: 0,
  /** n = megabytes of JSON that a few kilobytes of gzip unfold to. */
  "gzip-bomb": 80,
  /** n = megabytes of JSON. */
  "huge-body": 80,
  /** SSE comments between the events. */
  "keep-alive-comments": 0,
  /** SSE lines end in CRLF. */
  crlf: 0,
  /** SSE lines end in CR. */
  cr: 0,
  /** 102 and 103 before the answer. */
  informational: 0,
  /** HTTP trailers after the body. */
  trailers: 0,
  "connection-close": 0,
} as const;

export type BehaviourName = keyof typeof BEHAVIOURS;

export interface Behaviour {
  readonly do: BehaviourName;
  readonly n?: number;
  /** What a hanging behaviour waits for. Absent = for ever. */
  readonly until?: Promise<unknown>;
}

/** A reply written out by the test: sent as it is, one write for each piece. */
export interface Canned {
  readonly do: "canned";
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pieces: readonly (string | Buffer)[];
}

/** The behaviour a model name asks for; `undefined` for any other name. @throws when it says `do-` and nothing known. */
export function behaviourOf(model: string): Behaviour | undefined {
  if (!model.startsWith("do-")) return undefined;
  const [, name = "", number] = /^do-(.*?)(?:-?(\d+))?$/.exec(model) ?? [];
  const known = name === "" ? "status" : name;
  if (!isBehaviour(known)) throw new Error(`The fake upstream knows no behaviour ${model}.`);
  return number === undefined ? { do: known } : { do: known, n: Number(number) };
}

function isBehaviour(name: string): name is BehaviourName {
  return Object.hasOwn(BEHAVIOURS, name);
}

export function numberOf(behaviour: Behaviour): number {
  return behaviour.n ?? BEHAVIOURS[behaviour.do];
}
