import type { JsonObject } from "../../core/chat";
import type { JsonSource } from "../../core/json-source";
import { arrayAt, isObject, objectAt } from "../../core/read-json";

const STATE_FIELDS = ["store", "previous_response_id", "conversation"] as const;

/** Reads the parsed body, not its bytes: an escaped spelling of `file_id` must not slip through. */
export function providerState({ value }: JsonSource): string | undefined {
  for (const field of STATE_FIELDS) {
    const stated = value[field];
    if (stated !== undefined && stated !== null && stated !== false) return field;
  }
  for (const [index, message] of arrayAt(value, "messages").entries()) {
    if (!isObject(message)) continue;
    const part = arrayAt(message, "content").findIndex((it) => isObject(it) && namesFile(it));
    if (part !== -1) return `messages[${index}].content[${part}].file.file_id`;
  }
  return undefined;
}

function namesFile(part: JsonObject): boolean {
  const file = objectAt(part, "file") ?? objectAt(part, "image_file");
  return file !== undefined && file["file_id"] !== undefined && file["file_id"] !== null;
}
