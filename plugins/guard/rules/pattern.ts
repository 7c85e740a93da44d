/** Texts that match a pattern, or match none of those they must. */
import { z } from "zod";
import type { Fault } from "../../define-plugin";
import { longestMatch } from "../longest-match";
import { compilePattern, heldFor, PatternFinder } from "../pattern-finder";
import { type AnswerView, defineKind, type RequestView, SOURCES, type Source, type Verdict } from "../rule";
import { saidInAnswer } from "../said";

const patterns = (what: string) => z.array(z.string().min(1).max(4096)).max(1000).default([]).describe(what);

const config = z
  .strictObject({
    deny: patterns("Regular expressions (RE2) that no text may match anywhere in it."),
    allow: patterns(
      "Regular expressions (RE2) of which every text of the user (or of `roles`), and every answer as a whole, must match one.",
    ),
    case_sensitive: z.boolean().default(false).describe("Whether capitals are other letters; else they make no difference."),
    longest_match: z
      .int()
      .min(1)
      .max(8192)
      .optional()
      .describe(
        "For streams: how long a match may be, in characters; as much text is held back. Default: the longest the pattern allows, or 256 where that has no end or is more than 4096.",
      ),
  })
  .describe("For `kind: pattern`. Texts that match a pattern, or match none of those they must.");

export const pattern = defineKind({
  name: "pattern",
  config,
  on: ["input", "output"],
  roles: SOURCES,
  whole: ({ allow }) => allow.length > 0,
  redacts: ({ deny, allow }) => deny.length > 0 && allow.length === 0,
  check({ deny, allow, case_sensitive, longest_match }, { on }) {
    const faults: Fault[] = [];
    if (deny.length + allow.length === 0) faults.push({ path: [], message: "write `deny` or `allow`: it would never fire" });
    const lists = [
      ["deny", deny],
      ["allow", allow],
    ] as const;
    for (const [list, written] of lists) {
      for (const [index, source] of written.entries()) {
        const held = list === "deny" && on !== "input" ? { longest: longest_match } : undefined;
        const fault = patternFault(source, case_sensitive, list === "deny", held);
        if (fault !== undefined) faults.push({ ...fault, path: [list, index] });
      }
    }
    return faults;
  },
  create({ deny, allow, case_sensitive, longest_match }, { rule }) {
    const finders = deny.map((it) => new PatternFinder(it, { caseSensitive: case_sensitive, longest: longest_match }));
    const allowed = allow.map((it) => compilePattern(it, case_sensitive));
    const misses = (text: string): boolean => !allowed.some((regex) => regex.test(text));
    const mustFit = new Set<Source>(rule.roles.length === 0 ? ["user"] : rule.roles);
    const fires = (is: boolean): Verdict | undefined => (is ? {} : undefined);
    const whole = {
      request: ({ texts }: RequestView) => fires(texts.some(({ source, text }) => mustFit.has(source) && misses(text))),
      answer: (view: AnswerView) => fires(misses(saidInAnswer(view))),
    };
    const wish =
      "The last answer held text that is not allowed, or lacked text that it must hold. Answer again without that fault.";
    return { wish, ...(finders.length === 0 ? {} : { finders }), ...(allowed.length === 0 ? {} : whole) };
  },
});

/** @param held set for those that look at streams */
function patternFault(
  source: string,
  caseSensitive: boolean,
  finds: boolean,
  held: { readonly longest: number | undefined } | undefined,
): Omit<Fault, "path"> | undefined {
  try {
    // Its errors show the pattern as it was written.
    compilePattern(source, true);
    const regex = compilePattern(source, caseSensitive);
    if (finds && regex.test("")) return { message: "matches the empty text, and so every text" };
    if (finds && longestMatch(regex) === 0) return { message: "matches places and no text: it would never fire" };
    if (held === undefined) return undefined;
    const { held: most, exceeds } = heldFor(regex, held.longest);
    const message = `can match more than the ${most} characters that streams are held back for: a longer match is found by its first ${most} characters or not at all; bound the pattern (\`{0,50}\` instead of \`*\`) or write \`longest_match\``;
    return exceeds && held.longest === undefined ? { message, severity: "warning" } : undefined;
  } catch (thrown) {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
