/**
 * What a request costs beside its text, by family of models: how they are told apart, and figures that turn a count in o200k tokens
 * into theirs. OpenAI's message rule is public; all other figures were fitted to recorded requests and what providers reported for
 * them, and are starting points for calibration (calibration.ts).
 */
import { type EncodingName, encodingOf } from "./encodings";
import type { Family } from "./family";
import type { ImageRule } from "./image-tokens";

const OPENAI: Family = {
  name: "openai",
  exact: true,
  text: 1,
  base: 3,
  message: 4,
  tools: { style: "typescript", text: 1, base: 3 },
  forbiddenTools: true,
  serverTools: {},
  call: 5,
  parallelCall: 14,
  result: 0,
  signature: 0,
  thinking: 0,
  schema: 1,
  schemaBase: 0,
  image: { kind: "tiles", base: 85, tile: 170 },
  audioSecond: 10,
};

/** OpenAI's image prices, in tokens; the `mini` and `nano` models see patches. The multipliers of GPT-5's are what it bills, not what it documents. */
const OPENAI_IMAGES: readonly (readonly [string, ImageRule])[] = [
  ["gpt-4o-mini", { kind: "tiles", base: 2833, tile: 5667 }],
  ["gpt-4.1-mini", { kind: "patches", multiplier: 1.62 }],
  ["gpt-4.1-nano", { kind: "patches", multiplier: 2.46 }],
  ["o4-mini", { kind: "patches", multiplier: 1.72 }],
  ["gpt-5-nano", { kind: "patches", multiplier: 1.5 }],
  ["gpt-5-mini", { kind: "patches", multiplier: 1.2 }],
  ["gpt-5-chat", { kind: "tiles", base: 70, tile: 140 }],
  ["gpt-5.1", { kind: "tiles", base: 70, tile: 140 }],
  ["gpt-5.", { kind: "patches", multiplier: 1.2 }],
  ["gpt-5", { kind: "tiles", base: 70, tile: 140 }],
  ["o1", { kind: "tiles", base: 75, tile: 150 }],
  ["o3", { kind: "tiles", base: 75, tile: 150 }],
];

/** Figures shared by most that OpenAI did not make. */
const OTHER: Family = {
  ...OPENAI,
  name: "unknown",
  exact: false,
  text: 1.05,
  base: 4,
  message: 3,
  tools: { style: "json", text: 1.15, base: 60 },
  forbiddenTools: false,
  call: 15,
  parallelCall: 15,
  result: 8,
  image: { kind: "area", pixelsPerToken: 750, most: 1600 },
  audioSecond: 25,
};

const CLAUDE: Family = {
  ...OTHER,
  name: "claude",
  text: 1.12,
  base: 3,
  message: 3,
  tools: { style: "json", text: 1.4, base: 500 },
  forbiddenTools: true,
  serverTools: { web_search: 1650, computer: 1270 },
  call: 40,
  parallelCall: 40,
  result: 25,
  schemaBase: 130,
};
const CLAUDE_4_5: Family = { ...CLAUDE, thinking: 29 };
const CLAUDE_4: Family = { ...CLAUDE_4_5, tools: { ...CLAUDE.tools, base: 346 } };
const GEMINI: Family = {
  ...OTHER,
  name: "gemini",
  text: 1,
  base: 0,
  message: 0,
  tools: { style: "json", text: 1.04, base: 0 },
  forbiddenTools: true,
  call: 5,
  parallelCall: 5,
  result: 5,
  schema: 0,
  image: { kind: "crops", crop: 258 },
  audioSecond: 32,
};
const GEMINI_2: Family = { ...GEMINI, tools: { ...GEMINI.tools, text: 0.55 } };
const GEMINI_3: Family = { ...GEMINI, signature: 0.18, image: { kind: "flat", tokens: 1120 } };
/** Where the same models count less: of definitions the words, of signatures nothing. */
const VERTEX: Family = { ...GEMINI, tools: { ...GEMINI.tools, text: 0.65 } };
const GROK: Family = {
  ...OTHER,
  name: "grok",
  text: 1,
  base: 0,
  message: 3,
  tools: { style: "json", text: 1.05, base: 320 },
};
const COHERE: Family = {
  ...OTHER,
  name: "cohere",
  base: 60,
  message: 3,
  tools: { style: "json", text: 1.3, base: 760 },
};
const LLAMA: Family = { ...OTHER, name: "llama", base: 5, message: 5, tools: { style: "json", text: 1.1, base: 80 } };

const LLAMA_4: Family = { ...LLAMA, name: "llama-4", tools: { ...LLAMA.tools, base: 660 } };
const MISTRAL: Family = {
  ...OTHER,
  name: "mistral",
  base: 3,
  message: 1,
  tools: { style: "json", text: 1.2, base: 20 },
  call: 8,
};
const GPT_OSS: Family = {
  ...OPENAI,
  name: "gpt-oss",
  exact: false,
  base: 64,
  tools: { style: "typescript", text: 1, base: 15 },
  forbiddenTools: false,
  call: 25,
};
const DEEPSEEK: Family = { ...OTHER, name: "deepseek", base: 2, message: 2, tools: { style: "json", text: 0.9, base: 265 } };

/** First match wins; anywhere in the model's name in lower case, for resellers put their own around it. */
const BY_MODEL: readonly (readonly [RegExp, Family])[] = [
  [/gpt-oss/, GPT_OSS],
  [/claude-(?:3|instant|v2|(?:sonnet|opus)-4(?:[-.][01]\b|-2|@|:|$))/, CLAUDE_4],
  [/claude-(?:sonnet|opus|haiku)-4[-.]5/, CLAUDE_4_5],
  [/claude/, CLAUDE],
  [/gemini-(?:1|2\.0)/, GEMINI_2],
  [/gemini-3/, GEMINI_3],
  [/gemini|gemma/, GEMINI],
  [/llama-?4/, LLAMA_4],
  [/(?<!o)llama/, LLAMA],
  [/[ms]tral-|mistral|mixtral/, MISTRAL],
  [/qwen|qwq/, { ...OTHER, name: "qwen", base: 4, message: 4, tools: { style: "json", text: 1.15, base: 150 } }],
  [/deepseek/, DEEPSEEK],
  [/kimi/, { ...OTHER, name: "kimi", base: 2, message: 4, tools: { style: "json", text: 1.2, base: 20 } }],
  [/glm-/, { ...OTHER, name: "glm", base: 4, message: 2, tools: { style: "json", text: 1.1, base: 120 } }],
  [/grok-4[-.]1/, { ...GROK, tools: { ...GROK.tools, base: 145 } }],
  [/grok/, GROK],
  [/command-a|command-r7b/, { ...COHERE, base: 495, tools: { ...COHERE.tools, base: 900 } }],
  [/command-/, COHERE],
];

/** Some model of theirs: which encoding it reads is not known. */
const UNKNOWN_OPENAI: Family = { ...OPENAI, exact: false };

/** For models whose name says nothing, such as deployments. */
const BY_KIND: Readonly<Record<string, Family>> = {
  openai: UNKNOWN_OPENAI,
  azure: UNKNOWN_OPENAI,
  anthropic: CLAUDE,
  gemini: GEMINI,
  vertex: VERTEX,
  xai: GROK,
  cohere: COHERE,
};

/** What a request goes to, as far as counting cares. */
export interface CountTarget {
  /** The codec's word: `openai`, `anthropic` … */
  readonly providerKind: string;
  /** The provider's own name for the model. */
  readonly model: string;
}

export interface ModelRules {
  readonly family: Family;
  readonly encoding: EncodingName;
}

export function rulesOf({ providerKind, model }: CountTarget): ModelRules {
  const lower = model.toLowerCase();
  const found = BY_MODEL.find(([pattern]) => pattern.test(lower))?.[1];
  if (found !== undefined) return { family: countedBy(providerKind, found), encoding: "o200k_base" };
  const bare = lower.replace(/^ft:/, "").replace(/^.*\//, "");
  if (/^(?:gpt-|chatgpt-|o\d|text-embedding-|davinci-|babbage-|codex-)/.test(bare))
    return { family: openaiModel(bare), encoding: encodingOf(bare) };
  const byKind = Object.hasOwn(BY_KIND, providerKind) ? BY_KIND[providerKind] : undefined;
  return { family: byKind ?? OTHER, encoding: "o200k_base" };
}

/** Gemini through others than Google's AI Studio is counted as Vertex counts. */
function countedBy(providerKind: string, family: Family): Family {
  return family.name === "gemini" && providerKind !== "gemini" ? { ...VERTEX, image: family.image } : family;
}

function openaiModel(model: string): Family {
  const image = OPENAI_IMAGES.find(([prefix]) => model.startsWith(prefix))?.[1] ?? OPENAI.image;
  // GPT-5 is told more about its tools.
  const tools = model.startsWith("gpt-5") ? { ...OPENAI.tools, base: 83 } : OPENAI.tools;
  return { ...OPENAI, image, tools };
}
