/** Answers that a hook has from elsewhere, through the hooks outside it and in the client's words: whole, or as they come. */
import { EVENT_STREAM, encodeAll, JSON_TYPE } from "./answer";
import { ClientStream } from "./client-stream";
import { withCompletions } from "./completions";
import type { GraftError } from "./errors";
import { graftHeaders } from "./graft-headers";
import { HookChain } from "./hook-chain";
import { type AnswerScope, encodeContext } from "./open-answer";
import type { Hooks, OwnAnswer } from "./plugin";
import type { HeaderMap } from "./provider";

/** What the client gets, decided by us alone. */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer;
  /** In place of `body`, as it comes; it never throws. Only on hosts with `liveFollowers`. */
  readonly live?: AsyncIterable<Uint8Array>;
}

const NO_BODY = Buffer.alloc(0);

type Whole = Extract<OwnAnswer, { events: unknown }>;
type Live = Extract<OwnAnswer, { live: unknown }>;

/** @throws GraftError where a hook will not have it */
export async function wholeReply(scope: AnswerScope, outer: readonly Hooks[], { events }: Whole): Promise<Reply> {
  const { exchange, dialect } = scope;
  for (const event of events) if (event.type === "start") exchange.model = event.model;
  const passed = await new HookChain(outer).complete(events);
  const streamed = exchange.head?.stream === true;
  const context = encodeContext(scope);
  const text = streamed ? encodeAll(dialect, context, passed) : dialect.encodeResponse(passed, context);
  const head = Object.assign(graftHeaders(exchange), streamed ? EVENT_STREAM : JSON_TYPE);
  const tail = withCompletions({ body: Buffer.from(text), headers: head }, outer, streamed);
  return { status: 200, headers: tail.headers ?? head, body: Buffer.from(tail.body ?? text) };
}

/** @param onEnd the last byte was given away, an error's or the answer's */
export function liveReply(scope: AnswerScope, outer: readonly Hooks[], { live }: Live, onEnd: () => void): Reply {
  const headers = Object.assign(graftHeaders(scope.exchange), EVENT_STREAM);
  return { status: 200, headers, body: NO_BODY, live: liveBody(scope, outer, live, onEnd) };
}

/** Never rejects: a rescue that fails leaves the error as it is. */
export async function rescueReply(scope: AnswerScope, hooks: readonly Hooks[], error: GraftError): Promise<Reply | undefined> {
  const { exchange } = scope;
  for (const [index, hook] of hooks.entries()) {
    try {
      const answer = await hook.rescue?.(error);
      if (answer === undefined || "live" in answer) continue;
      const outer = hooks.slice(0, index);
      // What they have seen of a failed answer is not what comes now.
      for (const it of outer.toReversed()) await it.response?.({ status: 200 });
      const { attempt } = exchange;
      if (attempt !== undefined) attempt.error = error;
      exchange.error = undefined;
      return await wholeReply(scope, outer, answer);
    } catch {
      exchange.error = error;
    }
  }
  return undefined;
}

async function* liveBody(
  scope: AnswerScope,
  outer: readonly Hooks[],
  live: Live["live"],
  onEnd: () => void,
): AsyncGenerator<Uint8Array> {
  const { exchange, dialect } = scope;
  const out = new ClientStream(exchange, new HookChain(outer), dialect, encodeContext(scope));
  try {
    for await (const events of live) {
      for (const event of events) if (event.type === "start") exchange.model = event.model;
      const text = await out.push(events);
      if (text !== "") yield Buffer.from(text);
      if (out.closed) break;
    }
    const rest = Buffer.from(await out.end());
    const { body } = out.closed ? { body: rest } : withCompletions({ body: rest }, outer, true);
    onEnd();
    if (body !== undefined && body.length > 0) yield body;
  } catch (thrown) {
    if (out.closed) return;
    const last = Buffer.from(out.fail(thrown));
    onEnd();
    yield last;
  }
}
