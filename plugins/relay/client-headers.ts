import { safeHeaderValue } from "../core/headers";
import type { AnswerHead } from "../core/pipeline";
import type { HeaderMap } from "../core/provider";

/** The provider's head as the client gets it. */
export function clientHeaders(
  fromProvider: HeaderMap,
  { set, remove }: Pick<AnswerHead, "set" | "remove">,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in fromProvider) {
    // Providers may send letters that Node refuses to write.
    if (!remove.includes(name)) headers[name] = safeHeaderValue(fromProvider[name] ?? "");
  }
  return Object.assign(headers, set);
}
