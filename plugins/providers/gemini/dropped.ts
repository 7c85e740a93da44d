import type { JsonObject } from "../../core/chat";

/** Fields nobody here knows, under the place they stood at. `null` and what is empty say nothing: SDKs echo them with every message. */
export function reportExtra(
  extra: JsonObject | undefined,
  place: string,
  dropped: Set<string>,
  known: readonly string[] = [],
): void {
  for (const [key, value] of Object.entries(extra ?? {})) {
    if (known.includes(key)) continue;
    if (value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0))
      dropped.add(place === "" ? key : `${place}.${key}`);
  }
}
