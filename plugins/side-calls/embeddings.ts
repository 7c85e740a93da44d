/** Texts of one or several exchanges → vectors, in one call. Each exchange has its say, and pays its part. */
import { GraftError, toGraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { Embedded, EmbeddingsCodec } from "../core/provider";
import { type Target, targetLabel } from "../core/target";
import { soundUsage } from "../core/usage";
import type { Upstream } from "../relay/upstream";
import { callTarget, readJson, requestTo } from "./call-target";
import { tokensOf } from "./estimate-usage";

export interface EmbedOptions {
  /** The plugin and its rule, e.g. `cache:question`: for records. */
  readonly purpose: string;
  /** Of the whole call. */
  readonly timeoutMs: number;
  /** The length wanted of the vectors, where the model can shorten them. */
  readonly dimensions?: number | undefined;
}

export interface TextToEmbed {
  readonly exchange: Exchange;
  /** Not empty. */
  readonly text: string;
}

/**
 * One call without any exchange.
 * @returns vectors in the order of the texts. @throws GraftError when there is no complete answer in time
 */
export async function fetchEmbeddings(
  upstream: Upstream,
  target: Target,
  texts: readonly string[],
  { timeoutMs, dimensions }: Pick<EmbedOptions, "timeoutMs" | "dimensions">,
): Promise<Embedded> {
  const codec = codecOf(target);
  const request = requestTo(target, codec.encode(target.model, texts, dimensions));
  const { body } = await callTarget(upstream, target, request, timeoutMs);
  return codec.decode(readJson(body), texts.length);
}

/** @returns for each text its vector or why it has none. Never rejects. */
export async function embedTexts(
  upstream: Upstream,
  target: Target,
  asked: readonly TextToEmbed[],
  options: EmbedOptions,
): Promise<readonly (Float32Array | GraftError)[]> {
  const refusals = new Map<Exchange, GraftError>();
  const exchanges = [...new Set(asked.map(({ exchange }) => exchange))];
  await Promise.all(
    exchanges.map(async (exchange) => {
      const own = asked.filter((it) => it.exchange === exchange).map(({ text }) => text);
      const refusal = await refusalOf(exchange, target, own, options).catch(toGraftError);
      if (refusal !== undefined) refusals.set(exchange, refusal);
    }),
  );
  const sent = asked.filter(({ exchange }) => !refusals.has(exchange));
  // The same text is sent once.
  const texts = [...new Set(sent.map(({ text }) => text))];
  const found = texts.length === 0 ? undefined : await fetchEmbeddings(upstream, target, texts, options).catch(toGraftError);
  note(sent, found, target, options.purpose);
  return asked.map(({ exchange, text }) => {
    const refusal = refusals.get(exchange);
    if (refusal !== undefined) return refusal;
    return found instanceof GraftError ? found : (found?.vectors[texts.indexOf(text)] ?? noEmbeddings(target));
  });
}

/** Why an exchange has no part in the call. Witnesses see it as if it were the exchange's alone: the rest belongs to others. */
async function refusalOf(
  exchange: Exchange,
  target: Target,
  texts: readonly string[],
  { purpose, dimensions }: EmbedOptions,
): Promise<GraftError | undefined> {
  const forbidden = exchange.forbids(target);
  if (forbidden !== undefined || exchange.sideCallWitnesses.length === 0) return forbidden;
  const request = requestTo(target, codecOf(target).encode(target.model, texts, dimensions));
  for (const witness of exchange.sideCallWitnesses) await witness(purpose, target, request);
  return undefined;
}

/** What was used is shared out by length of text, in whole tokens that add up. */
function note(sent: readonly TextToEmbed[], found: Embedded | GraftError | undefined, target: Target, purpose: string): void {
  const sizes = sent.map(({ text }) => Buffer.byteLength(text));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  const told = found instanceof GraftError ? undefined : found?.inputTokens;
  const tokens = soundUsage({ input: told ?? tokensOf(size), output: 0 }).input;
  let before = 0;
  sent.forEach(({ exchange }, index) => {
    const after = before + (sizes[index] ?? 0);
    const input = share(tokens, after, size) - share(tokens, before, size);
    before = after;
    const usage = { input, output: 0, ...(told === undefined ? { estimated: true } : {}) };
    exchange.sideCalls.push({ purpose, target, usage: found instanceof GraftError ? undefined : usage });
  });
}

function share(tokens: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((tokens * part) / whole);
}

function codecOf(target: Target): EmbeddingsCodec {
  const { embeddings } = target.provider.codec;
  if (embeddings === undefined) throw noEmbeddings(target);
  return embeddings;
}

function noEmbeddings(target: Target): GraftError {
  const cause = new Error(`${targetLabel(target)}: providers of this kind make no embeddings`);
  return new GraftError("internal", "The gateway failed while handling this request.", { cause });
}
