import type { AnswerHead } from "../core/pipeline";
import type { HeaderMap } from "../core/provider";

/** The provider's head as the client gets it. */
export function clientHeaders(
  fromProvider: HeaderMap,
  { set, remove }: Pick<AnswerHead, "set" | "remove">,
): Record<string, string> {
  const headers: Record<string, string> = { ...fromProvider };
  for (const name of remove) delete headers[name];
  return Object.assign(headers, set);
}
