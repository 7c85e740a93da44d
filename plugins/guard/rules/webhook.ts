/** Asks a service of the operator's what to do with a request or an answer. */
import { z } from "zod";
import type { Exchange } from "../../core/exchange";
import { arrayAt, isObject, parseJson, stringAt } from "../../core/read-json";
import { JsonEndpoint } from "../../web-calls/json-endpoint";
import { secret, timeoutMs, urlFaults } from "../fields";
import { LiteralFinder, type Replacement } from "../literal-finder";
import { type Action, defineKind, type RuleShape, SOURCES, type Verdict } from "../rule";

const config = z
  .strictObject({
    // Whoever knows some services' URLs may post there.
    url: secret(
      2048,
      "Where it is: POST with a JSON body, answered with status 200 and a JSON body. Redirects are not followed.",
    ),
    secret: secret(
      65_536,
      'Requests are signed with it: `x-graft-signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.',
    ).optional(),
    timeout_ms: timeoutMs("How long it may take to answer.", 5000),
    allow_link_local: z.boolean().default(false).describe("Let `url` lead to a link-local or cloud metadata address."),
  })
  .describe(
    "For `kind: webhook`. It answers `{action?: allow|block|flag|redact, replacements?: [{find, replace?}]}`; no action is `allow`, or `redact` where there are replacements, each an exact text.",
  );

export const webhook = defineKind({
  name: "webhook",
  config,
  on: ["input", "output"],
  roles: SOURCES,
  decides: true,
  redacts: () => true,
  whole: () => true,
  check: ({ url, allow_link_local }) => urlFaults(url, "url", allow_link_local),
  create({ url, secret: key, timeout_ms, allow_link_local }, { rule, services }) {
    const endpoint = new JsonEndpoint({ url, secret: key, timeoutMs: timeout_ms, allowLinkLocal: allow_link_local });
    const ask = async (exchange: Exchange, said: object): Promise<Verdict | undefined> => {
      const { client, policy, head } = exchange;
      const about = { rule: rule.name, policy, request_id: client.requestId, caller: client.caller.id, model: head?.model };
      const post = { now: services.clock.now(), id: services.newId("grd_") };
      const { status, text } = await endpoint.post(JSON.stringify({ ...about, ...said }), post);
      if (status !== 200) throw new Error(`status ${status}`);
      return readVerdict(parseJson(text), rule);
    };
    return {
      wish: "The last answer was not accepted. Answer again, differently.",
      remote: true,
      request: ({ exchange, texts }) => ask(exchange, { type: "request", texts }),
      answer: ({ exchange, choices }) => ask(exchange, { type: "answer", choices }),
    };
  },
});

/** Its own words on why are not read: they could hold what must not be told. @throws Error for what is no verdict */
function readVerdict(value: unknown, rule: RuleShape): Verdict | undefined {
  if (!isObject(value)) throw new Error("no verdict");
  const replacements = arrayAt(value, "replacements").map(readReplacement);
  const said = stringAt(value, "action") ?? (replacements.length > 0 ? "redact" : "allow");
  if (value["action"] !== undefined && typeof value["action"] !== "string") throw new Error("no verdict");
  if (said === "allow") return undefined;
  if (said === "flag") return { action: "flag" };
  if (said === "block") return { action: rule.action === "retry" ? "retry" : ("block" satisfies Action) };
  if (said !== "redact" || replacements.length === 0) throw new Error("no verdict");
  return { action: "redact", finders: [new LiteralFinder(replacements)] };
}

function readReplacement(value: unknown): Replacement {
  const find = isObject(value) ? stringAt(value, "find") : undefined;
  if (!isObject(value) || find === undefined || find === "") throw new Error("no verdict");
  const replace = stringAt(value, "replace");
  return replace === undefined ? { find } : { find, replace };
}
