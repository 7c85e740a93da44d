/** Which requests a limit or budget is for. */
import { z } from "zod";
import type { Exchange } from "../core/exchange";

/** Shared with Kong, as all configuration of plugins. */
export function matchSchema() {
  return z
    .strictObject({
      callers: list("Caller ids."),
      teams: list("Teams."),
      groups: list("Groups; one in common is enough."),
      tags: list("Tags; one in common is enough."),
      models: list("Model names as clients use them."),
      routes: list("Routes: names in Envoy, ids in Kong."),
      headers: z.record(z.string(), z.string().max(1024)).default({}).describe("Request headers with exactly these values."),
    })
    .prefault({})
    .describe("Which requests it is for: those that fit every list that is not empty.");
}

export type Match = z.output<ReturnType<typeof matchSchema>>;

function list(description: string) {
  return z.array(z.string().min(1).max(256)).max(1000).default([]).describe(description);
}

/** Whether a request fits every list that is not empty. */
export function matches(match: Match, { client, alias }: Exchange): boolean {
  const { caller, headers } = client;
  return (
    oneOf(match.callers, [caller.id]) &&
    oneOf(match.teams, caller.team === undefined ? [] : [caller.team]) &&
    oneOf(match.groups, caller.groups) &&
    oneOf(match.tags, caller.tags) &&
    oneOf(match.models, alias === undefined ? [] : [alias.name]) &&
    oneOf(match.routes, client.route === undefined ? [] : [client.route]) &&
    Object.entries(match.headers).every(([name, value]) => headers[name] === value)
  );
}

function oneOf(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.length === 0 || given.some((it) => wanted.includes(it));
}
