/** Belgium: national register number, and BIS number (20 or 40 added to the month); key modulo 97, a 2 before it if born since 2000. */
import { isDay, pair } from "./checks";
import { named, nationalId, written } from "./national-id";

export const beNrn = nationalId({
  entity: "be_nrn",
  description:
    "Belgian national register numbers with a possible day and a right key, as 85.07.30-033.28 or bare (fewer than 1 in 1,000 numbers of 11 digits pass); bare BIS numbers and unknown days only near words such as rijksregisternummer or registre national.",
  longest: 15,
  pattern: written(String.raw`\d{2}[. ]?\d{2}[. ]?\d{2}[- .]?\d{3}[. -]?\d{2}`),
  words: named(
    "rijksregister|registre national|num[eé]ro national|nationaal nummer|national (?:register )?number",
    "insz|niss|nrn|rrn|bis n(?:o|um|ummer|umber)",
  ),
  isValid: (id) => pair(id, 2) % 20 <= 12 && pair(id, 2) < 60 && pair(id, 4) <= 31 && hasKey(id),
  isUnmistakable: (text, id) => isDay(pair(id, 2), pair(id, 4)) || /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/.test(text),
});

function hasKey(id: string): boolean {
  const key = Number(id.slice(9));
  const body = id.slice(0, 9);
  return 97 - (Number(body) % 97) === key || 97 - (Number(`2${body}`) % 97) === key;
}
