/** A detector made of an operator's pattern, words, or both. */
import { type Detector, type Finding, NOTHING } from "../detectors/detector";
import type { Scan } from "../detectors/scan";
import { merge } from "../regions";
import { compiledPattern } from "./compile-pattern";
import type { CustomConfig } from "./config";
import { PatternSearch } from "./pattern-search";
import { WordList } from "./word-list";

/** @throws Error when the pattern is none: `checkCustom` sees to it that it is */
export function customDetector(config: CustomConfig): Detector {
  const { name, group, longest } = config;
  const pattern = config.pattern === undefined ? undefined : new PatternSearch(compiledPattern(config.pattern));
  const words = config.words.length === 0 ? undefined : wordList(config);
  const near = config.context.length === 0 ? undefined : wordsNear(config.context);
  return {
    entity: name,
    group,
    description: "Found as the configuration says.",
    longest: Math.max(pattern === undefined ? 0 : longest, words?.longest ?? 0),
    find(scan) {
      const byPattern = pattern === undefined ? NOTHING : byPatternIn(scan, pattern, longest);
      const byWords: readonly Finding[] = words?.find(scan.text) ?? NOTHING;
      const found = byPattern.length > 0 && byWords.length > 0 ? together(byPattern, byWords) : [...byPattern, ...byWords];
      return near === undefined ? found : found.filter((finding) => scan.near(finding, near));
    },
  };
}

function wordList({ name, words, case_sensitive }: CustomConfig): WordList {
  return new WordList(
    words.map((word) => [word, name] as const),
    case_sensitive,
  );
}

/** In the text as it is, and where that differs, with plain blanks, hyphens and digits: word processors write others. */
function byPatternIn(scan: Scan, pattern: PatternSearch, longest: number): readonly Finding[] {
  const found = pattern.find(scan.text, longest);
  if (scan.plain === scan.text) return found;
  const plain = pattern.find(scan.plain, longest);
  return plain.length === 0 ? found : together(found, plain);
}

function together(a: readonly Finding[], b: readonly Finding[]): readonly Finding[] {
  return merge([...a, ...b].map((finding) => ({ ...finding, entity: "" })));
}

/** Whole words, as Scan.near wants them. Words without letters at an end have nothing to be whole of. */
function wordsNear(words: readonly string[]): RegExp {
  const parts = words.map((word) =>
    word
      .trim()
      .toLowerCase()
      .replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
      .replace(/\s+/g, "\\s{1,8}"),
  );
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${parts.join("|")})(?![\\p{L}\\p{N}_])`, "u");
}
