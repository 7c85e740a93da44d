/** THE list of provider kinds, one line each. */
import type { ProviderCodec } from "../core/provider";
import { anthropic } from "./anthropic";
import { gemini } from "./gemini";
import { openai } from "./openai";
import { anyOpenaiCompatible } from "./openai-compatible";

export const CODECS: readonly ProviderCodec[] = [openai, anthropic, gemini, anyOpenaiCompatible];
