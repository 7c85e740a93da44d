/** Decides how an answer is read: by its status, its framing, and whether anybody looks at its events. */
import { type AnswerBody, type AnswerContext, errorTail, passThroughAnswer, streamAnswer, wholeAnswer } from "./answer";
import type { Dialect, EncodeContext } from "./dialect";
import { GraftError } from "./errors";
import type { Attempt, Exchange } from "./exchange";
import { isEventStream } from "./headers";
import type { HookChain } from "./hook-chain";
import { createInflater } from "./inflate";
import { forcesUsage } from "./outgoing";
import type { Services } from "./plugin";
import type { Policy } from "./policy";
import type { DecodeContext, HeaderMap } from "./provider";
import { parseJson } from "./read-json";
import { Received } from "./received";

/** What belongs to one exchange and does not change while it runs. */
export interface AnswerScope {
  readonly exchange: Exchange;
  readonly policy: Policy;
  readonly dialect: Dialect;
  readonly services: Services;
}

/** @throws GraftError when the answer cannot be read at all */
export function openAnswer(scope: AnswerScope, hooks: HookChain, status: number, headers: HeaderMap): AnswerBody {
  const { exchange, policy, dialect } = scope;
  const { attempt } = exchange;
  if (attempt === undefined) throw new GraftError("unavailable", "No provider was asked.");
  // Redirects are not followed, least of all with our key; passed on, they would be followed with the client's.
  if (status < 200 || (status >= 300 && status < 400))
    throw new GraftError("upstream_invalid", `The provider answered with status ${status}.`);
  const { codec } = attempt.target.provider;
  const { maxEventBytes, maxResponseBytes } = policy.bounds;
  const streamed = isEventStream(headers);
  const wanted = exchange.head?.stream === true;
  const inflater = createInflater(headers["content-encoding"], policy.bounds);
  const untouched = attempt.passThrough && hooks.idle && status < 400 && streamed === wanted && inflater === undefined;
  if (untouched && codec.passThrough !== undefined) {
    const maxBytes = streamed ? maxEventBytes : maxResponseBytes;
    const tap = codec.passThrough.tap({ streamed, dropUsageChunk: forcesUsage(exchange, policy), maxBytes });
    return passThroughAnswer(exchange, tap, streamed ? undefined : dialect);
  }
  const encode = encodeContext(scope);
  const decode = decodeContext(scope, attempt);
  const context: AnswerContext = { exchange, dialect, codec, hooks, inflater, encode, decode, maxResponseBytes };
  return status < 400 && streamed && wanted ? streamAnswer(context) : wholeAnswer(context, status, headers);
}

/** @param streamed an event stream, as far as it came; else one document, perhaps cut off */
export function receivedAnswer(scope: AnswerScope, attempt: Attempt, streamed: boolean): Received {
  const { codec } = attempt.target.provider;
  return new Received((bytes) => {
    const context = decodeContext(scope, attempt);
    if (streamed) return codec.decodeStream(context).push(bytes);
    try {
      return codec.decodeResponse(parseJson(bytes.toString("utf8")), context);
    } catch {
      // Half a document: more than the model wrote, but nothing tells what is what.
      return [{ type: "delta", choice: 0, block: 0, text: bytes.toString("utf8") }];
    }
  });
}

/** An answer that is an error whatever the body says. */
export function errorAnswer({ exchange, dialect }: AnswerScope, error: GraftError): AnswerBody {
  exchange.error = error;
  const tail = errorTail(error, dialect);
  return { delivery: "whole", closed: false, chunk: () => new Uint8Array(0), end: () => tail };
}

export function encodeContext({ exchange, services }: AnswerScope): EncodeContext {
  return {
    includeUsage: exchange.head?.includeUsage ?? false,
    created: Math.floor(services.clock.now() / 1000),
    newId: services.newId,
    legacyFunctions: exchange.head?.legacyFunctions === true,
  };
}

export function decodeContext({ exchange, policy, services }: AnswerScope, attempt: Attempt): DecodeContext {
  const custom = exchange.decoded?.tools?.flatMap((tool) => (tool.kind === "custom" ? [tool.name] : [])) ?? [];
  return {
    newId: services.newId,
    model: attempt.target.model,
    maxEventBytes: policy.bounds.maxEventBytes,
    ...(custom.length === 0 ? {} : { customTools: new Set(custom) }),
  };
}
