/**
 * What the Messages API accepts differs by model generation; it answers 400 to what a model does not know. The rules follow family
 * and version (as documented in November 2026), so a new version of a known family is taken to behave like the newest one.
 */
export interface ModelTraits {
  /** `undefined` = not known, so nothing is cut to it. */
  readonly maxOutputTokens: number | undefined;
  /** `budget` counts tokens, `adaptive` takes an effort level, `either` (4.6) takes both. */
  readonly thinking: "none" | "budget" | "either" | "adaptive";
  /** How to ask for no thinking. `omit` = it is off unless asked for; `never` = it cannot be turned off. */
  readonly thinkingOff: "omit" | "disabled" | "between_tools" | "never";
  readonly efforts: readonly string[];
  /** `temperature`, `top_p` and `top_k` may differ from their defaults. */
  readonly sampling: boolean;
  readonly temperatureWithTopP: boolean;
  /** `tool_choice` may be `any` or `tool`. */
  readonly forcedTools: boolean;
  /** The conversation may end with an assistant message, which the model then continues. */
  readonly prefill: boolean;
  /** `output_config.format` and strict tools. */
  readonly structured: boolean;
  /** `role: "system"` messages after the first turn. */
  readonly systemTurns: boolean;
}

/** Models of other makers behind an Anthropic-compatible API: what such APIs have in common. */
const FOREIGN: ModelTraits = {
  maxOutputTokens: undefined,
  thinking: "budget",
  thinkingOff: "omit",
  efforts: [],
  sampling: true,
  temperatureWithTopP: true,
  forcedTools: true,
  prefill: true,
  structured: false,
  systemTurns: false,
};

interface Version {
  readonly family: string;
  readonly version: number;
}

const NEWEST = 99;

/** `claude-opus-4-8`, `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `claude-haiku-4-5@20251001`, `anthropic/claude-opus-4.6`. */
const NEW_NAME = /claude-(opus|sonnet|haiku|fable|mythos)-(\d{1,2})(?!\d)(?:[-.](\d)(?!\d))?/;
/** `claude-3-5-haiku-latest`, `claude-3-opus-20240229`, `claude-2.1`. */
const OLD_NAME = /claude-(?:instant-)?v?(\d)(?:[-.](\d)(?!\d))?/;

function versionOf(model: string): Version | undefined {
  const name = model.toLowerCase();
  const [, family, major, minor] = NEW_NAME.exec(name) ?? [];
  if (family !== undefined) return { family, version: Number(`${major}.${minor ?? 0}`) };
  // Between 4.8 and 5: thinks always, has no mid-conversation system messages yet.
  if (name.includes("claude-mythos")) return { family: "mythos", version: 4.9 };
  const [old, oldMajor, oldMinor] = OLD_NAME.exec(name) ?? [];
  if (old !== undefined) return { family: "old", version: Number(`${oldMajor}.${oldMinor ?? 0}`) };
  return name.includes("claude") ? { family: "unknown", version: NEWEST } : undefined;
}

const FORCED_TOOLS_BEFORE: Readonly<Record<string, number>> = { opus: 5.5, sonnet: 5.5, fable: 5.1, mythos: 5.1, unknown: 0 };
const SYSTEM_TURNS_FROM: Readonly<Record<string, number>> = { opus: 4.8, sonnet: 5.5, haiku: 5.5, fable: 5, mythos: 5 };
const NEVER_OFF_FROM: Readonly<Record<string, number>> = { opus: 5.5, fable: 0, mythos: 0, unknown: 0 };

/** @param model the provider's name for it; vendor prefixes, dates and suffixes do not matter. */
export function traitsOf(model: string): ModelTraits {
  const found = versionOf(model);
  if (found === undefined) return FOREIGN;
  const { family, version } = found;
  return {
    maxOutputTokens: maxOutputTokens(family, version),
    thinking: version < 3.7 ? "none" : version < 4.6 ? "budget" : version === 4.6 ? "either" : "adaptive",
    thinkingOff: thinkingOff(family, version),
    efforts: version === 4.6 ? ["low", "medium", "high", "max"] : ["low", "medium", "high", "xhigh", "max"],
    sampling: version < 4.7,
    temperatureWithTopP: version < 4.1,
    forcedTools: version < (FORCED_TOOLS_BEFORE[family] ?? Number.POSITIVE_INFINITY),
    prefill: version < 4.6,
    structured: version >= 4.5,
    systemTurns: version >= (SYSTEM_TURNS_FROM[family] ?? Number.POSITIVE_INFINITY),
  };
}

function maxOutputTokens(family: string, version: number): number {
  if (version >= 4.6) return 128_000;
  if (family === "opus" && version < 4.5) return 32_000;
  if (version >= 3.7) return 64_000;
  return version >= 3.5 ? 8192 : 4096;
}

function thinkingOff(family: string, version: number): ModelTraits["thinkingOff"] {
  if (version >= (NEVER_OFF_FROM[family] ?? Number.POSITIVE_INFINITY)) return "never";
  if (version < 5) return "omit";
  return family === "sonnet" && version >= 5.5 ? "between_tools" : "disabled";
}
