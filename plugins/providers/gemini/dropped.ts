import type { JsonObject } from "../../core/chat";

/** Fields nobody here knows, under the place they stood at. `null` and empty lists say nothing: SDKs echo them with every message. */
export function reportExtra(extra: JsonObject | undefined, place: string, dropped: Set<string>): void {
  for (const [key, value] of Object.entries(extra ?? {})) {
    if (value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0))
      dropped.add(place === "" ? key : `${place}.${key}`);
  }
}
