import type { JsonObject } from "../../core/chat";
import { stringAt } from "../../core/read-json";

/** Far longer than any; a word goes into records. */
const MAX_WORD = 64;

/** A provider's word for how it served a request. Absent where it says nothing, or no word. */
export function tierWord(value: JsonObject, key: string): string | undefined {
  const word = stringAt(value, key);
  return word === undefined || word === "" || word.length > MAX_WORD ? undefined : word;
}
