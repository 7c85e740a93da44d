/** Token lists, loaded once a test file, and OpenAI's own encoder to compare with. */
import { get_encoding, type Tiktoken } from "tiktoken";
import type { EncodingName } from "../../../plugins/tokens";
import { loadTables, type Tables } from "../../../plugins/tokens/load-tables";

const tables = new Map<EncodingName, Tables>();
const encoders = new Map<EncodingName, Tiktoken>();

export function tablesOf(encoding: EncodingName): Tables {
  return once(tables, encoding, loadTables);
}

/** Text that looks like a special token is plain text. */
export function referenceCount(text: string, encoding: EncodingName): number {
  return once(encoders, encoding, (name) => get_encoding(name)).encode(text, [], []).length;
}

function once<Value>(known: Map<EncodingName, Value>, encoding: EncodingName, make: (encoding: EncodingName) => Value): Value {
  const value = known.get(encoding) ?? make(encoding);
  known.set(encoding, value);
  return value;
}
