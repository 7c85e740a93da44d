import { isWord, type Token, token } from "./token";
import { AMBIGUOUS_MONTHS, BEFORE_A_MONTH, MONTHS, SHORT_MONTHS, TIMES } from "./words/calendar";

const YEAR = /^\d{4}$/;
const DAY = /^(\d{1,2})\.?$/;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** `3 May 2024`, `May 3rd, 2024` and `2024-05-03` become one token; dates in figures that might be read two ways stay as written. */
export function foldDates(tokens: readonly Token[]): Token[] {
  const folded: Token[] = [];
  let at = 0;
  while (at < tokens.length) {
    const here = tokens[at];
    if (here === undefined) break;
    const month = monthAt(tokens, at);
    if (month === undefined) {
      folded.push(asTime(here));
      at += 1;
      continue;
    }
    let day = dayBefore(folded);
    at += 1;
    if (day === undefined) {
      const after = numberKey(tokens[at]);
      day = DAY.exec(after ?? "")?.[1];
      if (day !== undefined) at += 1;
    }
    const comma = tokens[at]?.kind === "break" && tokens[at]?.key === "," ? 1 : 0;
    const of = isWord(tokens[at], "of") ? 1 : 0;
    const year = numberKey(tokens[at + comma + of]);
    const dated = year !== undefined && YEAR.test(year);
    if (dated) at += comma + of + 1;
    folded.push(token("date", [dated ? year : "", month, day === undefined ? "" : Number(day)].join("-")));
  }
  return folded;
}

function asTime(it: Token): Token {
  if (it.kind === "date") {
    const [, year, month, day] = ISO_DATE.exec(it.key) ?? [];
    return year === undefined ? it : token("date", [year, Number(month), Number(day)].join("-"));
  }
  const time = it.kind === "word" ? TIMES.get(it.key) : undefined;
  return time === undefined ? it : token("date", time);
}

function monthAt(tokens: readonly Token[], at: number): number | undefined {
  const here = tokens[at];
  if (here?.kind !== "word") return undefined;
  const before = tokens[at - 1];
  const after = tokens[at + 1];
  const counted =
    before?.kind === "number" || after?.kind === "number" || (isWord(before, "of") && tokens[at - 2]?.kind === "number");
  const month = MONTHS.get(here.key);
  if (month === undefined) return counted ? SHORT_MONTHS.get(here.key) : undefined;
  if (!AMBIGUOUS_MONTHS.has(here.key)) return month;
  return counted || here.name || (before?.kind === "word" && BEFORE_A_MONTH.has(before.key)) ? month : undefined;
}

/** Takes a day that was written before its month (`3rd of May`) back from the list. */
function dayBefore(folded: Token[]): string | undefined {
  const of = isWord(folded.at(-1), "of") ? 1 : 0;
  const day = DAY.exec(numberKey(folded.at(-1 - of)) ?? "")?.[1];
  if (day !== undefined) folded.length -= 1 + of;
  return day;
}

function numberKey(it: Token | undefined): string | undefined {
  return it?.kind === "number" ? it.key : undefined;
}
