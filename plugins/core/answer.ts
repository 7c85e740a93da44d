/** How one provider answer becomes the client's: untouched, translated as a stream, or folded when whole. */
import { ClientStream } from "./client-stream";
import type { Dialect, EncodeContext } from "./dialect";
import { GraftError, toGraftError } from "./errors";
import type { ChatEvent, Usage } from "./events";
import type { Exchange } from "./exchange";
import { isEventStream } from "./headers";
import type { HookChain } from "./hook-chain";
import type { Inflater } from "./inflate";
import type { Awaitable } from "./plugin";
import type { DecodeContext, HeaderMap, ProviderCodec, StreamDecoder, Tap } from "./provider";
import { parseJson } from "./read-json";

/** What remains when the provider's body has ended. `body` undefined = nothing to add (or to change, if nothing was changed before). */
export interface Tail {
  readonly body: Uint8Array | undefined;
  /** Only for answers held whole, whose head is decided at the end. */
  readonly status?: number;
  readonly headers?: HeaderMap;
}

export interface AnswerBody {
  /**
   * `stream`: send on what `chunk` returns. `whole`: `chunk` collects, `end` gives the body and the final head. `pass`: as `stream`
   * but mostly the very same bytes; if the answer is no event stream, hold it to its end, which may still replace it.
   */
  readonly delivery: "stream" | "whole" | "pass";
  chunk(bytes: Uint8Array): Awaitable<Uint8Array>;
  /** @param failure the provider's body broke off, and why */
  end(failure?: GraftError): Awaitable<Tail>;
  /** The answer is over although the provider may go on: an error event was sent. */
  readonly closed: boolean;
}

export interface AnswerContext {
  readonly exchange: Exchange;
  readonly dialect: Dialect;
  readonly codec: ProviderCodec;
  readonly hooks: HookChain;
  readonly inflater: Inflater | undefined;
  readonly encode: EncodeContext;
  readonly decode: DecodeContext;
  readonly maxResponseBytes: number;
}

const NOTHING = new Uint8Array(0);

/**
 * Same dialect on both sides and nobody looks: bytes go through, the tap picks out usage.
 * @param dialect for whole answers, which can still be replaced by an error when they turn out to be none
 */
export function passThroughAnswer(exchange: Exchange, tap: Tap, dialect: Dialect | undefined): AnswerBody {
  let noted: Usage | undefined;
  const note = (): void => {
    noted = tap.usage;
    exchange.usage = noted;
    exchange.model = tap.model;
    exchange.error = tap.error;
  };
  return {
    delivery: "pass",
    closed: false,
    chunk: (bytes) => {
      const out = tap.push(bytes);
      // Noted at every chunk: an aborted stream has no end.
      if (noted !== tap.usage || exchange.model === undefined || tap.error !== undefined) note();
      return out;
    },
    end: (failure) => {
      const rest = tap.end(failure);
      note();
      if (tap.error !== undefined && dialect !== undefined) return errorTail(tap.error, dialect);
      return { body: rest.length === 0 ? undefined : rest };
    },
  };
}

/** Event by event; the head is already sent, so errors become error events. */
export function streamAnswer(context: AnswerContext): AnswerBody {
  const { exchange, hooks, inflater } = context;
  const decoder = context.codec.decodeStream(context.decode);
  const out = new ClientStream(exchange, hooks, context.dialect, context.encode);

  const handle = (events: readonly ChatEvent[]): Awaitable<string> => {
    for (const event of events) note(exchange, event);
    return out.push(events);
  };
  const fail = (thrown: unknown): Uint8Array => (out.closed ? NOTHING : Buffer.from(out.fail(thrown)));
  const push = (bytes: Uint8Array): Awaitable<Uint8Array> => {
    const text = handle(decoder.push(bytes));
    return typeof text === "string" ? Buffer.from(text) : text.then((value) => Buffer.from(value));
  };
  const finish = async (broken: GraftError | undefined): Promise<Tail> => {
    if (broken !== undefined && inflater !== undefined) throw broken;
    let text = "";
    if (inflater !== undefined) text += await handle(decoder.push(await inflater.end()));
    text += await handle(withReason(decoder.end(), broken));
    text += await out.end();
    return { body: text === "" ? undefined : Buffer.from(text) };
  };
  return {
    delivery: "stream",
    get closed() {
      return out.closed;
    },
    chunk: (bytes) => {
      if (out.closed) return NOTHING;
      try {
        const made = inflater === undefined ? push(bytes) : inflater.push(bytes).then(push);
        return made instanceof Promise ? made.catch(fail) : made;
      } catch (thrown) {
        return fail(thrown);
      }
    },
    end: async (broken) => {
      if (out.closed) return { body: undefined };
      try {
        return await finish(broken);
      } catch (thrown) {
        return { body: fail(thrown) };
      }
    },
  };
}

/** A stream whose last event was there is complete, however its connection ended; of any other we may know better why it is not. */
function withReason(events: readonly ChatEvent[], broken: GraftError | undefined): readonly ChatEvent[] {
  if (broken === undefined || events.at(-1)?.type !== "error") return events;
  return [...events.slice(0, -1), { type: "error", error: broken }];
}

/** Held until complete: non-streamed answers, errors, and answers that came in the other framing than the client asked for. */
export function wholeAnswer(context: AnswerContext, status: number, headers: HeaderMap): AnswerBody {
  const { exchange, dialect, codec, hooks, inflater } = context;
  const pieces: Uint8Array[] = [];
  let size = 0;
  let failure: unknown;

  const collect = (bytes: Uint8Array): Uint8Array => {
    size += bytes.length;
    if (size > context.maxResponseBytes)
      failure ??= new GraftError("upstream_invalid", "The provider's answer is over the gateway's size limit.");
    // A copy: the host may reuse the memory of its chunk.
    else pieces.push(Buffer.from(bytes));
    return NOTHING;
  };
  const decode = (body: Buffer): ChatEvent[] => {
    // Some servers call their event streams text/plain.
    if (isEventStream(headers) || /^(?:data|event|id|retry)?:/.test(body.toString("latin1", 0, 6))) {
      const decoder: StreamDecoder = codec.decodeStream(context.decode);
      return [...decoder.push(body), ...decoder.end()];
    }
    const value = parseJson(body.toString("utf8"));
    if (value === undefined) throw new GraftError("upstream_invalid", "The provider's answer is not JSON.");
    return codec.decodeResponse(value, context.decode);
  };
  const collected = async (): Promise<Buffer> => {
    if (inflater !== undefined && failure === undefined) collect(await inflater.end());
    if (failure !== undefined) throw failure;
    return Buffer.concat(pieces);
  };
  const finish = async (): Promise<Tail> => {
    // The status of an error says enough where its body cannot be read.
    if (status >= 400) throw codec.decodeError(status, headers, await collected().catch(() => NOTHING));
    let events: readonly ChatEvent[] = decode(await collected());
    for (const event of events) note(exchange, event);
    // Hooks see answers; a host may go on to another target when this is none.
    if (exchange.error !== undefined) throw exchange.error;
    if (!hooks.idle) events = await hooks.complete(events);
    if (exchange.head?.stream === true)
      return { body: Buffer.from(encodeAll(dialect, context.encode, events)), status, headers: EVENT_STREAM };
    return { body: Buffer.from(dialect.encodeResponse(events, context.encode)), status, headers: JSON_TYPE };
  };
  return {
    delivery: "whole",
    closed: false,
    chunk: (bytes) => {
      if (failure !== undefined) return NOTHING;
      if (inflater === undefined) return collect(bytes);
      return inflater.push(bytes).then(collect, (thrown: unknown) => {
        failure = thrown;
        return NOTHING;
      });
    },
    end: async (broken) => {
      try {
        if (broken !== undefined) throw broken;
        return await finish();
      } catch (thrown) {
        const error = toGraftError(thrown);
        exchange.error = error;
        return errorTail(error, dialect);
      }
    },
  };
}

/** An answer that is an error after all: body and head. */
export function errorTail(error: GraftError, dialect: Dialect): Tail {
  const { headers, body } = dialect.encodeError(error);
  return { body: Buffer.from(body), status: error.status, headers };
}

export const EVENT_STREAM: HeaderMap = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
export const JSON_TYPE: HeaderMap = { "content-type": "application/json" };

/** Complete events as one stream body: for hits, and for providers that answer a stream request whole. */
export function encodeAll(dialect: Dialect, context: EncodeContext, events: readonly ChatEvent[]): string {
  const encoder = dialect.encodeStream(context);
  let text = "";
  for (const event of events) {
    text += encoder.push(event);
    if (event.type === "error") return text;
  }
  return text + encoder.end();
}

function note(exchange: Exchange, event: ChatEvent): void {
  if (event.type === "usage") exchange.usage = event.usage;
  else if (event.type === "start") exchange.model = event.model;
  else if (event.type === "error") exchange.error = event.error;
}
