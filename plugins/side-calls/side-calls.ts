/**
 * Calls to a model beside the one the client asked for: classifiers, judges, a guard's second try. They go to targets of the
 * configuration, only where the exchange itself may go, and what they use is the exchange's to pay.
 */
import type { ChatRequest } from "../core/chat";
import { GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import { isEventStream } from "../core/headers";
import type { OutgoingRequest } from "../core/outgoing";
import type { Services } from "../core/plugin";
import { parseJson } from "../core/read-json";
import type { Target } from "../core/target";
import { readBody } from "../relay/read-body";
import type { Upstream } from "../relay/upstream";

export interface SideCallOptions {
  /** The plugin and its rule, e.g. `guard:off-topic`: for records. */
  readonly purpose: string;
  /** Of the whole call. */
  readonly timeoutMs: number;
}

export interface SideCalls {
  /**
   * One answer, whole. The request goes out as it is: who calls sees to it that it holds nothing that may not leave.
   * @throws GraftError when the exchange may not go there, or no complete answer came in time
   */
  ask(exchange: Exchange, target: Target, request: ChatRequest, options: SideCallOptions): Promise<readonly ChatEvent[]>;
}

/** What a classifier or a second try has to say is short; more is not read. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export class ModelCalls implements SideCalls {
  readonly #upstream: Upstream;
  readonly #services: Pick<Services, "newId">;

  constructor(upstream: Upstream, services: Pick<Services, "newId">) {
    this.#upstream = upstream;
    this.#services = services;
  }

  async ask(exchange: Exchange, target: Target, request: ChatRequest, options: SideCallOptions): Promise<readonly ChatEvent[]> {
    const forbidden = exchange.forbids(target);
    if (forbidden !== undefined) throw forbidden;
    const sent = outgoing(target, request);
    for (const witness of exchange.sideCallWitnesses) await witness(options.purpose, target, sent);
    const { events, error } = await this.#events(target, sent, options.timeoutMs).catch((thrown: unknown) => {
      exchange.sideCalls.push({ purpose: options.purpose, target, usage: undefined });
      throw thrown;
    });
    const usage = events.findLast((event) => event.type === "usage")?.usage;
    exchange.sideCalls.push({ purpose: options.purpose, target, usage });
    if (error !== undefined) throw error;
    return events;
  }

  async #events(
    target: Target,
    request: OutgoingRequest,
    timeoutMs: number,
  ): Promise<{ events: ChatEvent[]; error?: GraftError }> {
    const { codec } = target.provider;
    const limits = { firstByteMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs };
    const answer = await this.#upstream.call(target.provider, request, limits).answer;
    const { status, headers } = answer;
    const body = await readBody(answer, MAX_ANSWER_BYTES);
    if (status < 200 || status >= 300) throw codec.decodeError(status, headers, body);
    const context = { newId: this.#services.newId, model: target.model, maxEventBytes: MAX_ANSWER_BYTES };
    let events: ChatEvent[];
    if (isEventStream(headers)) {
      const decoder = codec.decodeStream(context);
      events = [...decoder.push(body), ...decoder.end()];
    } else {
      const value = parseJson(body.toString("utf8"));
      if (value === undefined) throw new GraftError("upstream_invalid", "The provider's answer is not JSON.");
      events = codec.decodeResponse(value, context);
    }
    const error = events.find((event) => event.type === "error")?.error;
    return error === undefined ? { events } : { events, error };
  }
}

function outgoing(target: Target, request: ChatRequest): OutgoingRequest {
  const { codec, keys, headers, basePath, scheme, authority } = target.provider;
  const encoded = codec.encodeRequest({ ...request, stream: false, includeUsage: false }, target);
  const sent: Record<string, string> = { ...encoded.headers, ...headers, "accept-encoding": "identity" };
  const key = keys.pick();
  if (key !== undefined) sent[codec.credentialHeader] = codec.credential(key.key);
  return { scheme, authority, path: basePath + encoded.path, headers: sent, body: encoded.body };
}

/** All that the model wrote to be read, of its first answer. */
export function textOf(events: readonly ChatEvent[]): string {
  const texts = new Set<number>();
  let text = "";
  for (const event of events) {
    if (!("choice" in event) || event.choice !== 0) continue;
    if (event.type === "block-start" && event.start.kind === "text") texts.add(event.block);
    else if (event.type === "delta" && texts.has(event.block)) text += event.text;
  }
  return text;
}
