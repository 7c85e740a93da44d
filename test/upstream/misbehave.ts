/** Carries out one behaviour on one answer. */
import { once } from "node:events";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { constants, createGzip, gzipSync } from "node:zlib";
import { formatOf, refuse, respond, type WireReply } from "../../demo/respond";
import { Refusal, type WireFormat, type WireRequest } from "../../demo/wire";
import { encodeSse } from "../../plugins/core/sse";
import { type Behaviour, type BehaviourName, type Canned, numberOf } from "./behaviour";
import type { WireResponse } from "./wire-response";

export interface MisbehaveOptions {
  /** Pause between the pieces of a stream. */
  readonly pauseMs: number;
  readonly requireKey?: string;
}

const TOO_LONG: Readonly<Record<string, string>> = {
  OpenAI: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
  Anthropic: "prompt is too long: 210000 tokens > 200000 maximum",
  Gemini: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
};
const HTML =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n";

export async function misbehave(
  behaviour: Behaviour | Canned,
  request: WireRequest,
  out: WireResponse,
  options: MisbehaveOptions,
): Promise<void> {
  if (behaviour.do === "canned") return sendCanned(behaviour, out);
  const early = EARLY[behaviour.do];
  if (early !== undefined) return early(out, numberOf(behaviour));
  const reply = replyTo(behaviour, request, options);
  await before(behaviour, out);
  const reshaped = RESHAPED[behaviour.do];
  if (reshaped !== undefined) return reshaped(reply, out, numberOf(behaviour));
  const broken = BROKEN[behaviour.do];
  const pieces = changePieces(behaviour, reply, formatOf(request));
  const whole = broken === undefined && !reply.streamed && behaviour.do !== "trailers";
  out.head(reply.status, { ...headersOf(behaviour, reply), ...(whole ? lengthOf(pieces) : {}) });
  await afterHead(behaviour);
  if (broken !== undefined) return broken(behaviour, pieces, out, options);
  await sendAll(pieces, out, options);
  out.end(behaviour.do === "trailers" ? { "x-fake-trailer": "sent" } : undefined);
}

/** What needs no reply of the demo's. */
const EARLY: Partial<Record<BehaviourName, (out: WireResponse, n: number) => Promise<void>>> = {
  "reset-before-headers": (out) => out.reset(),
  "html-error": async (out, status) =>
    sendCanned({ do: "canned", status, headers: { "content-type": "text/html" }, pieces: [HTML] }, out),
  "empty-error": async (out, status) => sendCanned({ do: "canned", status, headers: { "content-length": "0" }, pieces: [] }, out),
};

/** The whole body in a shape of its own. */
const RESHAPED: Partial<Record<BehaviourName, (reply: WireReply, out: WireResponse, n: number) => Promise<void>>> = {
  gzip: async (reply, out) => {
    const pieces = reply.streamed ? await gzipEach(reply.pieces) : [gzipSync(reply.pieces.join(""))];
    await sendCanned({ do: "canned", headers: { ...reply.headers, "content-encoding": "gzip" }, pieces }, out);
  },
  "gzip-bomb": async (reply, out, megabytes) => {
    const pieces = [gzipSync(Buffer.concat([...padded(reply, megabytes)]))];
    await sendCanned({ do: "canned", headers: { ...reply.headers, "content-encoding": "gzip" }, pieces }, out);
  },
  "huge-body": async (reply, out, megabytes) => {
    out.head(200, reply.headers);
    for (const piece of padded(reply, megabytes)) await out.write(piece);
    out.end();
  },
  "reset-mid-body": async (reply, out) => {
    await sendHalf(reply, out);
    await out.reset();
  },
  "short-body": async (reply, out) => {
    await sendHalf(reply, out);
    await out.hangUp();
  },
};

type Broken = (behaviour: Behaviour, pieces: readonly string[], out: WireResponse, options: MisbehaveOptions) => Promise<void>;

/** Streams that go wrong after some events. */
const BROKEN: Partial<Record<BehaviourName, Broken>> = {
  "hang-mid-stream": async (behaviour, pieces, out, options) => {
    const events = numberOf(behaviour);
    await sendAll(pieces.slice(0, events), out, options);
    await (behaviour.until ?? forever());
    await sendAll(pieces.slice(events), out, options);
    out.end();
  },
  "reset-mid-stream": async (behaviour, pieces, out, options) => {
    await sendAll(pieces.slice(0, numberOf(behaviour)), out, options);
    await out.reset();
  },
  "truncate-stream": async (behaviour, pieces, out, options) => {
    await sendAll(pieces.slice(0, numberOf(behaviour)), out, options);
    await out.hangUp();
  },
  "cut-stream": async (behaviour, pieces, out, options) => {
    await sendAll(pieces.slice(0, numberOf(behaviour)), out, options);
    out.end();
  },
  drip: async (_behaviour, pieces, out) => {
    for (const byte of Buffer.from(pieces.join(""))) {
      await out.write(Buffer.of(byte));
      await nextTurn();
    }
    out.end();
  },
};

function replyTo(behaviour: Behaviour, request: WireRequest, options: MisbehaveOptions): WireReply {
  const format = formatOf(request);
  const n = numberOf(behaviour);
  switch (behaviour.do) {
    case "status": {
      const again = n === 429 || n === 503 || n === 529 ? { retryAfterSeconds: 2 } : {};
      return refuse(format, new Refusal(`The fake upstream answers ${n} on purpose.`, { status: n, ...again }));
    }
    case "context-length":
      return refuse(format, new Refusal(TOO_LONG[format.name] ?? "", { code: "context_length_exceeded", param: "messages" }));
    case "bad-key":
      // No key is the empty one, so whatever came is refused.
      return respond(request, { requireKey: "" });
    default:
      return respond(request, options);
  }
}

async function before(behaviour: Behaviour, out: WireResponse): Promise<void> {
  if (behaviour.do === "hang-before-headers") await (behaviour.until ?? forever());
  if (behaviour.do === "slow-headers") await delay(numberOf(behaviour));
  if (behaviour.do === "informational") await out.informational();
}

async function afterHead(behaviour: Behaviour): Promise<void> {
  if (behaviour.do === "hang-after-headers") await (behaviour.until ?? forever());
  if (behaviour.do === "slow-first-token") await delay(numberOf(behaviour));
}

function headersOf(behaviour: Behaviour, reply: WireReply): Record<string, string> {
  const headers = { ...reply.headers };
  if (behaviour.do === "wrong-content-type") headers["content-type"] = "text/plain; charset=utf-8";
  if (behaviour.do === "connection-close") headers["connection"] = "close";
  if (behaviour.do === "trailers") headers["trailer"] = "x-fake-trailer";
  return headers;
}

function changePieces(behaviour: Behaviour, { pieces }: WireReply, format: WireFormat): readonly string[] {
  const n = numberOf(behaviour);
  const lines = (end: string): string[] => pieces.map((piece) => piece.replaceAll("\r\n", "\n").replaceAll("\n", end));
  switch (behaviour.do) {
    case "garbage-json":
      return ['{"id": "half a docu'];
    case "garbage-event":
      return [...pieces.slice(0, n), 'data: {"choices": [{"delta":\n\n', ...pieces.slice(n)];
    case "error-event":
      return [...pieces.slice(0, n), errorEvent(format)];
    case "keep-alive-comments":
      return pieces.flatMap((piece) => [": still working\n\n", piece]);
    case "crlf":
      return lines("\r\n");
    case "cr":
      return lines("\r");
    default:
      return pieces;
  }
}

function errorEvent(format: WireFormat): string {
  const named = format.name === "Anthropic";
  const refusal = new Refusal("The fake upstream fails in mid-stream on purpose.", { status: named ? 529 : 503 });
  return encodeSse(JSON.stringify(format.encodeError(refusal)), named ? "error" : undefined);
}

async function sendAll(pieces: readonly string[], out: WireResponse, options: MisbehaveOptions): Promise<void> {
  for (const piece of pieces) {
    if (out.closed) return;
    await out.write(piece);
    if (options.pauseMs > 0) await delay(options.pauseMs);
  }
}

async function sendCanned({ status, headers, pieces }: Canned, out: WireResponse): Promise<void> {
  out.head(status ?? 200, headers ?? {});
  for (const piece of pieces) await out.write(piece);
  out.end();
}

async function sendHalf(reply: WireReply, out: WireResponse): Promise<void> {
  const body = Buffer.from(reply.pieces.join(""));
  out.head(reply.status, { ...reply.headers, ...lengthOf(reply.pieces) });
  await out.write(body.subarray(0, body.length / 2));
}

function lengthOf(pieces: readonly string[]): { "content-length": string } {
  return { "content-length": String(Buffer.byteLength(pieces.join(""))) };
}

/** The reply's JSON with megabytes of a field nobody knows in front. */
function* padded(reply: WireReply, megabytes: number): Generator<Buffer> {
  const block = Buffer.alloc(1024 * 1024, "a");
  yield Buffer.from('{"padding":"');
  for (let left = megabytes; left > 0; left -= 1) yield block;
  yield Buffer.from(`",${reply.pieces.join("").slice(1)}`);
}

/** One gzip stream, flushed after each piece. */
async function gzipEach(pieces: readonly string[]): Promise<Buffer[]> {
  const gzip = createGzip();
  const out: Buffer[] = [];
  let flushed: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => flushed.push(chunk));
  for (const piece of pieces) {
    gzip.write(piece);
    await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    out.push(Buffer.concat(flushed));
    flushed = [];
  }
  const ended = once(gzip, "end");
  gzip.end();
  await ended;
  return [...out, Buffer.concat(flushed)];
}

function forever(): Promise<never> {
  return new Promise(() => {});
}
