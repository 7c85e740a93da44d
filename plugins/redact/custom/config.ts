/** What operators look for besides, and what they never want taken out. Shared with Kong. */
import { z } from "zod";
import type { Group } from "../detectors/detector";

const GROUPS = ["contact", "finance", "network", "national_id", "personal", "secret"] as const satisfies readonly Group[];

export const LONGEST_NAME = 32;
/** Longer than identifiers are; what may stand in an answer with blanks in it is held back no longer. */
export const USUAL_LONGEST = 256;
export const LONGEST_WORD = 256;

const pattern = (description: string) => z.string().min(1).max(4096).describe(description);
const word = (description: string) => z.string().min(1).max(LONGEST_WORD).describe(description);

/** One kind of thing. What the shape does not say: `checkCustom`. */
export function customSchema() {
  return z
    .strictObject({
      name: z
        .string()
        .min(1)
        .max(LONGEST_NAME)
        .describe(
          "What it is called among the entities: lower-case letters, digits and `_`. Its placeholders are `<NAME_1>`. Not the name of a built-in entity.",
        ),
      group: z.enum(GROUPS).default("personal").describe("The group of entities it belongs to."),
      pattern: pattern(
        "Regular expression in the syntax of RE2, which takes linear time: no look-around and no back-references. `(?i)` at its beginning ignores case; `\\b`, `\\w` and `\\d` know ASCII only (`\\pL` and `\\pN` know all).",
      ).optional(),
      words: z
        .array(word("Word or phrase."))
        .max(100_000)
        .default([])
        .describe(
          "Words and phrases, found as whole words, in any case, with any blanks between them, accents composed or not. In scripts without blanks between words they are found anywhere.",
        ),
      case_sensitive: z.boolean().default(false).describe("For `words`: found only as they are written here."),
      context: z
        .array(word("Word or phrase."))
        .max(100)
        .default([])
        .describe(
          "One of these words, in any case, must stand near: up to 60 characters before or 30 behind. Empty = wherever it stands.",
        ),
      longest: z
        .int()
        .min(8)
        .max(4096)
        .default(USUAL_LONGEST)
        .describe(
          "For `pattern`: the longest match, in UTF-16 units. Of a longer one so much is taken out from its beginning, and what is behind is looked at anew. In streamed answers, matches with blanks are found up to 256 only.",
        ),
    })
    .describe("One kind of thing that is looked for besides the built-in ones, by a pattern, by words, or by both.");
}

export function allowSchema() {
  return z
    .strictObject({
      values: z
        .array(word("Value."))
        .max(100_000)
        .default([])
        .describe("Values that stay as they are, in any case: the whole of what was found, as `support@example.com`."),
      patterns: z
        .array(pattern("Regular expression in the syntax of RE2."))
        .max(1000)
        .default([])
        .describe("Patterns of values that stay: they must match the whole of what was found, as `.*@example\\.com`."),
    })
    .describe("What is never taken out, whatever finds it.");
}

export type CustomConfig = z.output<ReturnType<typeof customSchema>>;
export type AllowConfig = z.output<ReturnType<typeof allowSchema>>;
