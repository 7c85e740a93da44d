/** Names → entries of the table, by the table's own rules. */
import type { MatchLogic, ModelInfo, PriceTable, Provider } from "./table";

/** How the table matches: case does not count. @param text in lower case */
export function matches(rule: MatchLogic, text: string): boolean {
  if ("or" in rule) return rule.or.some((it) => matches(it, text));
  if ("and" in rule) return rule.and.every((it) => matches(it, text));
  if ("equals" in rule) return text === rule.equals.toLowerCase();
  if ("starts_with" in rule) return text.startsWith(rule.starts_with.toLowerCase());
  if ("ends_with" in rule) return text.endsWith(rule.ends_with.toLowerCase());
  if ("contains" in rule) return text.includes(rule.contains.toLowerCase());
  return new RegExp(rule.regex).test(text);
}

export interface FoundModel {
  readonly model: ModelInfo;
  /** Not under its full name, but without its date or `-latest`. */
  readonly shortened: boolean;
}

export function findModel(table: PriceTable, provider: Provider, name: string): FoundModel | undefined {
  for (const spelling of spellings(provider, name)) {
    const model = findExactly(table, provider, spelling);
    if (model !== undefined) return { model, shortened: false };
  }
  for (const spelling of spellings(provider, name)) {
    const short = spelling.replace(SUFFIX, "");
    const model = short === spelling ? undefined : findExactly(table, provider, short);
    if (model !== undefined) return { model, shortened: true };
  }
  return undefined;
}

/** A provider that resells (Azure, Vertex AI) has the prices of those it resells where it has none of its own. */
function findExactly(table: PriceTable, provider: Provider, name: string): ModelInfo | undefined {
  const sellers = [provider.id, ...(provider.fallback_model_providers ?? [])];
  for (const id of sellers) {
    const models = id === provider.id ? provider.models : table.providers.find((it) => it.id === id)?.models;
    const model = models?.find((it) => matches(it.match, name));
    if (model !== undefined) return model;
  }
  return undefined;
}

/**
 * What a version adds to a name: a day, Google's `-001`, or a promise to be the newest. Not Mistral's and OpenAI's `-2407`, `-0613`:
 * those versions have prices of their own.
 */
const SUFFIX = /-(?:latest|\d{4}-\d{2}-\d{2}|\d{8}|\d{3})$/;

/** Day of a snapshot without dashes: the table writes some one way and some the other. */
const COMPACT_DAY = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;

/** The ways one model is written: as given, without what names its provider or its place, with dates as the table has them. */
function spellings(provider: Provider, name: string): readonly string[] {
  const text = name.trim().toLowerCase();
  const bare = withoutPlace(withoutProvider(provider, text)).replace("@", "-");
  return [...new Set([text, withDashes(text), bare, withDashes(bare)])];
}

function withDashes(name: string): string {
  return name.replace(COMPACT_DAY, "-$1-$2-$3");
}

/** `openai/gpt-4o` at OpenAI. Only its own name: what another vendor calls `gpt-4o` need not be it. */
function withoutProvider(provider: Provider, name: string): string {
  const slash = name.indexOf("/");
  if (slash === -1) return name;
  const prefix = name.slice(0, slash);
  const own = prefix === provider.id || (provider.provider_match !== undefined && matches(provider.provider_match, prefix));
  return own ? name.slice(slash + 1) : name;
}

/** Gemini's `models/…`, Vertex AI's `projects/…/publishers/google/models/…`, Bedrock's ARNs of models and inference profiles. */
function withoutPlace(name: string): string {
  const place =
    /^(?:(?:projects|publishers|locations)\/.*\/)?models\/|^arn:aws[^/]*:(?:foundation-model|inference-profile)\//.exec(name);
  return place === null ? name : name.slice(place[0].length);
}
