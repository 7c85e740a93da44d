/**
 * Calls to a model beside the one the client asked for: classifiers, judges, a guard's second try, embeddings. They go to targets of
 * the configuration, only where the exchange itself may go, and what they use is the exchange's to pay.
 */
import type { ChatRequest } from "../core/chat";
import type { GraftError } from "../core/errors";
import type { ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import { isEventStream } from "../core/headers";
import type { OutgoingRequest } from "../core/outgoing";
import type { Services } from "../core/plugin";
import type { Target } from "../core/target";
import { isTold, soundUsage } from "../core/usage";
import type { Upstream } from "../relay/upstream";
import { callTarget, MAX_ANSWER_BYTES, readJson, requestTo } from "./call-target";
import { type EmbedOptions, embedTexts, type TextToEmbed } from "./embeddings";
import { estimateUsage } from "./estimate-usage";

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
  /**
   * Vectors of texts that several exchanges may have, in one call. Texts go out as they are.
   * @returns for each in order its vector, or why it has none: its exchange may not go there, or the call failed. Never rejects.
   */
  embed(target: Target, texts: readonly TextToEmbed[], options: EmbedOptions): Promise<readonly (Float32Array | GraftError)[]>;
}

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
    const plain = { ...request, stream: false, includeUsage: false };
    const sent = requestTo(target, target.provider.codec.encodeRequest(plain, target));
    for (const witness of exchange.sideCallWitnesses) await witness(options.purpose, target, sent);
    const { events, error } = await this.#events(target, sent, options.timeoutMs).catch((thrown: unknown) => {
      exchange.sideCalls.push({ purpose: options.purpose, target, usage: undefined });
      throw thrown;
    });
    const told = events.findLast((event) => event.type === "usage")?.usage;
    const untold = error === undefined ? estimateUsage(sent.body, events) : undefined;
    const usage = isTold(told) ? soundUsage(told) : untold;
    exchange.sideCalls.push({ purpose: options.purpose, target, usage });
    if (error !== undefined) throw error;
    return events;
  }

  embed(target: Target, texts: readonly TextToEmbed[], options: EmbedOptions): Promise<readonly (Float32Array | GraftError)[]> {
    return embedTexts(this.#upstream, target, texts, options);
  }

  async #events(
    target: Target,
    request: OutgoingRequest,
    timeoutMs: number,
  ): Promise<{ events: ChatEvent[]; error?: GraftError }> {
    const { codec } = target.provider;
    const { headers, body } = await callTarget(this.#upstream, target, request, timeoutMs);
    const context = { newId: this.#services.newId, model: target.model, maxEventBytes: MAX_ANSWER_BYTES };
    let events: ChatEvent[];
    if (isEventStream(headers)) {
      const decoder = codec.decodeStream(context);
      events = [...decoder.push(body), ...decoder.end()];
    } else {
      events = codec.decodeResponse(readJson(body), context);
    }
    const error = events.find((event) => event.type === "error")?.error;
    return error === undefined ? { events } : { events, error };
  }
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
