/** Which provider of the table a configured one is. */
import type { NamedProvider } from "../core/target";
import type { PriceTable, Provider } from "./table";

/** What is known of a configured provider. */
export interface PricedProvider {
  readonly name: string;
  /** Of its codec: `openai`. */
  readonly kind: string;
  readonly baseUrl: string;
}

const priced = new WeakMap<NamedProvider, PricedProvider>();

/** The same one for the same provider: asked on every request. */
export function pricedProvider(provider: NamedProvider): PricedProvider {
  const known = priced.get(provider);
  if (known !== undefined) return known;
  const { name, codec, scheme, authority, basePath } = provider;
  const made = { name, kind: codec.kind, baseUrl: `${scheme}://${authority}${basePath}` };
  priced.set(provider, made);
  return made;
}

/** Kinds the table calls otherwise. */
const KIND_IDS: ReadonlyMap<string, string> = new Map([
  ["gemini", "google"],
  ["vertex", "google"],
  ["bedrock", "aws"],
  ["xai", "x-ai"],
  ["moonshot", "moonshotai"],
]);

/**
 * By address first: an OpenAI-compatible provider at `api.groq.com` is Groq, one of kind `openai` at Azure is Azure. Then by kind, for
 * relays in front of the real API. A server of one's own that merely speaks the format is nobody's: what it costs is for
 * configuration to say.
 */
export function findTableProvider(table: PriceTable, { kind, baseUrl }: PricedProvider): Provider | undefined {
  const id = KIND_IDS.get(kind) ?? kind;
  return (
    table.providers.find((it) => new RegExp(`^(?:${it.api_pattern})`).test(baseUrl)) ?? table.providers.find((it) => it.id === id)
  );
}
