import type { Problem, VerifyReport } from "./report";

/** For people: what is wrong first, then what there is. */
export function reportText({ ok, records, chains, problems, problemCount, notes }: VerifyReport): string {
  const line = ({ place, message }: Problem): string => `${place.replace(CONTROL, "?")}: ${message}`;
  const more = problemCount > problems.length ? [`and ${problemCount - problems.length} more problems`] : [];
  const heads = chains.map(
    (it) => `${it.writer}: ${count(it.records, "record")}${it.ended ? "" : ", open"}, head ${it.head || "none"}`,
  );
  const all = `${count(records, "record")} of ${count(chains.length, "chain")}`;
  const verdict = ok ? `nothing was changed: ${all}` : `${count(problemCount, "problem")} in ${all}`;
  return `${[...problems.map(line), ...more, ...notes.map((it) => `note: ${line(it)}`), ...heads, verdict].join("\n")}\n`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Names of files may hold what a terminal takes for commands. */
const CONTROL = /[\p{Cc}\p{Cf}]/gu;
