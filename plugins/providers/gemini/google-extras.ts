/**
 * Fields that ride along unread: what of OpenAI's has an equivalent here, and Google's own fields where its OpenAI endpoint takes
 * them: `extra_body.google.thinking_config` and `.safety_settings`, as Google documents them, in both spellings. `.cached_content`
 * is refused: it names data kept at the provider, where whoever shares our key could read it, and an answer without it is wrong.
 */
import type { ChatRequest, JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import { GraftError } from "../../core/errors";
import { isObject, stringAt } from "../../core/read-json";
import { reportExtra } from "./dropped";

export interface GoogleExtras {
  /** Top-level request fields. */
  readonly request: JsonObject;
  /** `generationConfig` fields. */
  readonly config: JsonObject;
  readonly thinkingConfig?: JsonObject;
  /** OpenAI's `web_search_options`, if asked for. */
  readonly searchOptions?: unknown;
}

/** @throws GraftError `bad_request` when a Google field has the wrong type, `unsupported_parameter` for cached content. */
export function googleExtras({ extra }: ChatRequest, dropped: Set<string>): GoogleExtras {
  const { extra_body, modalities, audio, service_tier, web_search_options, store, ...unknown } = extra;
  // Nothing is stored here anyway.
  if (store !== undefined && store !== false) reportExtra({ store }, "", dropped);
  reportExtra(unknown, "", dropped);
  const { google, ...others } = read(extra_body, "extra_body", "an object", isObject) ?? {};
  reportExtra(others, "extra_body", dropped);
  const { thinking_config, cached_content, safety_settings, ...unread } =
    read(google, "extra_body.google", "an object", isObject) ?? {};
  reportExtra(unread, "extra_body.google", dropped);
  if (cached_content !== undefined && cached_content !== null) throw refused("extra_body.google.cached_content");
  return compact({
    request: compact({
      safetySettings: read(safety_settings, "safety_settings", "a list", Array.isArray),
      serviceTier: serviceTier(service_tier, dropped),
    }),
    config: compact({ responseModalities: modalitiesOf(modalities, dropped), speechConfig: speech(audio, dropped) }),
    thinkingConfig: read(thinking_config, "thinking_config", "an object", isObject),
    searchOptions: web_search_options,
  });
}

function read<T>(value: unknown, field: string, what: string, is: (value: unknown) => value is T): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (is(value)) return value;
  const param = field.startsWith("extra_body") ? field : `extra_body.google.${field}`;
  throw new GraftError("bad_request", `\`${param}\` must be ${what}.`, { param });
}

function refused(param: string): GraftError {
  return new GraftError("unsupported_parameter", `\`${param}\` refers to data kept at the provider.`, { param });
}

/** `auto` is what the API does unasked. */
const TIERS: ReadonlyMap<unknown, string | undefined> = new Map([
  ["auto", undefined],
  ["default", "standard"],
  ["flex", "flex"],
  ["priority", "priority"],
]);

function serviceTier(value: unknown, dropped: Set<string>): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!TIERS.has(value)) dropped.add("service_tier");
  return TIERS.get(value);
}

/** `["text"]` is what the API does unasked, and models that only speak refuse it. */
function modalitiesOf(value: unknown, dropped: Set<string>): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const names = Array.isArray(value) ? value.filter((name): name is string => typeof name === "string") : [];
  if (names.length === 0) dropped.add("modalities");
  return names.every((name) => name === "text") ? undefined : names.map((name) => name.toUpperCase());
}

/** Voices are Gemini's own (`Kore`, `Puck` …), the output is always 24 kHz PCM. */
function speech(audio: unknown, dropped: Set<string>): JsonObject | undefined {
  if (!isObject(audio)) return undefined;
  const { voice, format, ...unknown } = audio;
  reportExtra(unknown, "audio", dropped);
  if (format !== undefined && format !== "pcm16") dropped.add("audio.format");
  const voiceName = typeof voice === "string" ? voice : isObject(voice) ? stringAt(voice, "id") : undefined;
  return voiceName === undefined ? undefined : { voiceConfig: { prebuiltVoiceConfig: { voiceName } } };
}
