import { type Token, token } from "./token";
import { UNITS, UNITS_AFTER_NUMBER } from "./words/units";

const SPELLINGS = new Map<string, string>();
for (const line of UNITS.trim().split("\n")) {
  const [unit = "", ...others] = line.split(" ");
  for (const spelling of [unit, ...others]) SPELLINGS.set(spelling, unit);
}

/** Units by one spelling each, wherever they stand; abbreviations that are other words too only after a number. */
export function foldUnits(tokens: readonly Token[]): Token[] {
  return tokens.map((it, at) => {
    if (it.kind !== "word" && it.kind !== "unit") return it;
    const afterNumber = isQuantity(tokens, at) ? UNITS_AFTER_NUMBER.get(it.key) : undefined;
    const unit = afterNumber ?? SPELLINGS.get(it.key);
    return unit === undefined ? it : token("unit", unit);
  });
}

/** A number, or one with its degree sign. `in` of "2020 in Rome" and "5 in a row" is no inch: it must end the phrase or be joined on. */
function isQuantity(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (tokens[at]?.key === "in" && tokens[at + 1]?.kind === "word") return false;
  return before?.kind === "number" || before?.key === "°" || before?.key.startsWith("degree") === true;
}
