/**
 * What differs between model generations on the Gemini API. Google's own error texts are the source where the documentation is
 * silent: "Penalty is not enabled for this model", "Multiple candidates is not enabled …", "Logprobs is not enabled …".
 */
export type Thinking =
  /** Gemini 3 and later: `thinkingLevel`. */
  | { readonly kind: "level"; readonly minimal: boolean; readonly medium: boolean }
  /** Gemini 2.5: `thinkingBudget` in tokens; `off` = 0 is allowed and stops thinking. */
  | { readonly kind: "budget"; readonly min: number; readonly max: number; readonly off: boolean }
  | { readonly kind: "none" };

export interface ModelTraits {
  readonly thinking: Thinking;
  /** Gemma has no system instruction. */
  readonly systemInstruction: boolean;
  /** `temperature`, `topP`, `topK`: read and ignored from 3.5 Flash-Lite and 3.6 on, an error later. */
  readonly sampling: boolean;
  readonly penalties: boolean;
  readonly logprobs: boolean;
  /** `candidateCount` above 1. */
  readonly candidates: boolean;
  /**
   * Gemini 3 and later: signed function calls, media inside function results, resolution of single images, JSON answers beside
   * functions, server tools beside functions.
   */
  readonly gemini3: boolean;
}

export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase();
  const generation = generationOf(name);
  return {
    thinking: thinkingOf(name, generation),
    systemInstruction: !name.startsWith("gemma"),
    sampling: generation < 3.6 && !name.startsWith("gemini-3.5-flash-lite"),
    penalties: generation < 2.5,
    logprobs: generation < 2.5,
    candidates: generation < 3,
    gemini3: generation >= 3,
  };
}

/**
 * The number after `gemini-`. Names of Google's without one (`gemini-flash-latest`) mean its newest models; other families (Gemma,
 * tuned models) get 0: nothing is held back from them, and nothing new is assumed.
 */
function generationOf(name: string): number {
  if (!name.startsWith("gemini-")) return 0;
  const version = /^gemini-(\d{1,2}(?:\.\d{1,2})?)(?:-|$)/.exec(name)?.[1];
  return version === undefined ? Number.POSITIVE_INFINITY : Number(version);
}

/** 3.7 and later answer `minimal` with an error, Pro models never had it; `medium` is missing in 3.0 Pro only. */
const HAS_MINIMAL = /^gemini-3(?:\.[156])?-flash/;
const SPEAKS_OR_DRAWS = /-(?:tts|image)(?:-|$)/;

function thinkingOf(name: string, generation: number): Thinking {
  if (SPEAKS_OR_DRAWS.test(name) || generation < 2.5) return { kind: "none" };
  if (generation >= 3) return { kind: "level", minimal: HAS_MINIMAL.test(name), medium: !name.startsWith("gemini-3-pro") };
  if (name.startsWith("gemini-2.5-pro")) return { kind: "budget", min: 128, max: 32_768, off: false };
  return { kind: "budget", min: name.startsWith("gemini-2.5-flash-lite") ? 512 : 1, max: 24_576, off: true };
}
