/** How much a text looks like one that was written to a model against its instructions. 0 = not at all; see `injection` for what counts as much. */
import { foldedText } from "../fold-text";
import { decodedTexts, respelt } from "./decoded";
import { scoreForm, unseenText } from "./form-signals";
import { scoreWords } from "./word-signals";

/** Hiding it says something by itself. */
const HIDING = 2;

export function injectionScore(text: string): number {
  const open = plainScore(text);
  const hidden = Math.max(0, ...[unseenText(text), ...decodedTexts(text)].map(plainScore));
  const spelt = respelt(text);
  const more = spelt === undefined ? 0 : plainScore(spelt) - open;
  return open + (hidden > 0 ? hidden + HIDING : 0) + (more > 0 ? more + HIDING : 0);
}

function plainScore(text: string): number {
  return text === "" ? 0 : scoreWords(foldedText(text)) + scoreForm(text);
}
