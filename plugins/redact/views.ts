/**
 * A text as detectors have to see it: where it is JSON, its strings that hold escapes are also looked at decoded, to any depth, each
 * behind the name of its member. All else is seen in the text itself, with what stands around it.
 */
import { decodeString, jsonTokens } from "./json-text";

export interface View {
  readonly text: string;
  /** Escapes of the whole text are still in it. */
  readonly raw: boolean;
  /** The same place in the text itself; `undefined` = it is none of the text's. */
  place(start: number, end: number): { readonly start: number; readonly end: number } | undefined;
}

const same: View["place"] = (start, end) => ({ start, end });

/** At least the text itself. */
export function viewsOf(text: string): readonly View[] {
  if (!text.includes("\\")) return [{ text, raw: false, place: same }];
  const views: View[] = [{ text, raw: true, place: same }];
  let slash = -1;
  for (const { start, end, key } of jsonTokens(text) ?? []) {
    if (slash < start) slash = text.indexOf("\\", start);
    if (slash === -1) break;
    if (slash < end) addDecoded(views, text, start + 1, end - 1, key);
  }
  return views;
}

function addDecoded(views: View[], text: string, start: number, end: number, key: string | undefined): void {
  const { text: decoded, places } = decodeString(text, start, end);
  // The name of a member says what its value is: detectors need it.
  const prefix = key === undefined ? "" : `${key}: `;
  for (const view of viewsOf(decoded)) {
    const whole = view.place === same;
    const skipped = whole ? prefix.length : 0;
    views.push({
      text: whole ? prefix + view.text : view.text,
      raw: view.raw,
      place: (from, to) => {
        if (to <= skipped) return undefined;
        const found = view.place(Math.max(0, from - skipped), to - skipped);
        return found && { start: places[found.start] ?? start, end: places[found.end] ?? end };
      },
    });
  }
}
