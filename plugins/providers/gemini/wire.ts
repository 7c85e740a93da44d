/** The few shapes of the generateContent API that more than one file here builds. */
import type { JsonObject } from "../../core/chat";

/** One of `text`, `inlineData`, `fileData`, `functionCall`, `functionResponse` … beside `thought` and `thoughtSignature`. */
export type WirePart = JsonObject;

export interface WireContent {
  readonly role: "user" | "model";
  readonly parts: readonly WirePart[];
}

/** Not empty, which Gemini refuses, and says nothing. */
export const BLANK: WirePart = { text: " " };
