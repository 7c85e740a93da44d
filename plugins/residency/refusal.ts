import { GraftError } from "../core/errors";

/** For clients: names rules, which are the operator's words, and neither targets nor what a rule was in force for. */
export function notAllowed(rules: readonly string[]): GraftError {
  const names = rules.map((name) => `\`${name}\``).join(", ");
  const which = rules.length === 1 ? `residency rule ${names} does` : `residency rules ${names} do`;
  return new GraftError("forbidden", `This request may not go where it would be handled: the gateway's ${which} not allow it.`, {
    code: "residency_not_allowed",
    shouldRetry: false,
    ours: true,
  });
}
