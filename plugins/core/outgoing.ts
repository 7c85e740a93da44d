/** Builds the provider request of one attempt from the request as the hooks left it. */
import type { Dialect } from "./dialect";
import { GraftError } from "./errors";
import type { Attempt, Exchange } from "./exchange";
import { forwardedHeaders } from "./headers";
import type { Policy } from "./policy";
import type { EncodedRequest, HeaderMap } from "./provider";
import { type Target, targetLabel } from "./target";

export interface OutgoingRequest {
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly path: string;
  /** Every header the provider shall get, besides what the host's own HTTP client adds. Lower case. */
  readonly headers: HeaderMap;
  readonly body: Buffer;
}

export interface Outgoing {
  readonly attempt: Attempt;
  readonly request: OutgoingRequest;
}

/** @throws GraftError when this target cannot be asked this at all (400 kinds). */
export function buildOutgoing(exchange: Exchange, policy: Policy, dialect: Dialect, number: number, target: Target): Outgoing {
  const { codec, keys, headers, basePath, scheme, authority } = target.provider;
  const own = !exchange.rewritten && codec.passThrough?.dialect === dialect.name ? codec.passThrough : undefined;
  const passThrough = own?.accepts(exchange.source) === true ? own : undefined;
  const forceUsage = forcesUsage(exchange, policy);
  const encoded: EncodedRequest =
    passThrough === undefined
      ? codec.encodeRequest(forceUsage ? { ...exchange.request, includeUsage: true } : exchange.request, target)
      : passThrough.encode(exchange.source, target, { forceUsage });
  const dropped = shortList(encoded.dropped);
  if (dropped.length > 0) {
    if (policy.unsupportedParams === "error") throw unsupported(dropped, target);
    const warn = policy.unsupportedParams === "warn";
    exchange.facts.add({ kind: "params-dropped", target: targetLabel(target), params: dropped, warn });
  }
  // Filled, not spread: V8 makes a hidden class for every copy of an object that was filled name by name, which cost a sixth of a small
  // request. The same goes for the headers of answers.
  const sent = forwardedHeaders(exchange.client.headers, policy.forwardHeaders);
  Object.assign(sent, encoded.headers, headers);
  const key = keys.pick();
  if (key !== undefined) sent[codec.credentialHeader] = codec.credential(key.key);
  // Asked of every provider: a compressed stream cannot be read chunk by chunk for nothing.
  sent["accept-encoding"] = "identity";
  return {
    attempt: { number, target, keyIndex: key?.index, passThrough: passThrough !== undefined, dropped },
    request: {
      scheme,
      authority,
      path: basePath + encoded.path,
      headers: sent,
      body: encoded.body,
    },
  };
}

/** Streams say their usage on request only; asked for when somebody needs it and the client did not. */
export function forcesUsage(exchange: Exchange, policy: Policy): boolean {
  const head = exchange.head;
  return policy.needsUsage && head?.stream === true && !head.includeUsage;
}

const MOST_NAMES = 20;
const LONGEST_NAME = 100;

/** A client can invent any number of fields, each as long as its body: enough are named, the rest is counted. */
function shortList(names: readonly string[]): readonly string[] {
  const shown = names.slice(0, MOST_NAMES).map((name) => name.slice(0, LONGEST_NAME));
  return names.length > MOST_NAMES ? [...shown, `and ${names.length - MOST_NAMES} more`] : shown;
}

function unsupported(params: readonly string[], target: Target): GraftError {
  return new GraftError(
    "unsupported_parameter",
    `The model cannot honour: ${params.join(", ")} (provider ${target.provider.codec.kind}).`,
    {
      ...(params[0] === undefined ? {} : { param: params[0] }),
    },
  );
}
