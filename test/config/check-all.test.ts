import { KNOWN } from "../../plugins/config/known";
import type { HostName } from "../../plugins/core/host";
import { issuesOf, load, MINIMAL, removeDirectories } from "./support";

afterAll(removeDirectories);

/** A policy that no route of Envoy's uses, for callers that Envoy would not know, and a fault under `envoy`. */
const FOR_KONG = `${MINIMAL.replace("default:", "chat:").replace("name: fast", "name: fast\n        allow: { groups: [gold] }")}envoy:
  listen: nowhere
`;

test("for Kong, `envoy` is not looked at: routes and callers are Kong's", async () => {
  expect(issuesOf(await load(FOR_KONG, { host: "kong" }))).toEqual([]);
});

test("for Kong, providers and policies may all be in its own configuration", async () => {
  const text = "version: 1\nusage: { kind: sqlite }\n";
  expect(issuesOf(await load(text, { host: "kong" }))).toEqual([]);
  expect(issuesOf(await load(text, {}))).toContain("1:1: error: policies: must have at least one policy");
});

test.each<[HostName | undefined]>([[undefined], ["envoy"], ["relay"]])("for %s it is", async (host) => {
  const issues = issuesOf(await load(FOR_KONG, host === undefined ? {} : { host })).join("\n");
  expect(issues).toContain("policies.chat: does nothing: no route uses this policy");
  expect(issues).toContain("policies.chat.models[0].allow: nobody could use this model");
  expect(issues).toContain("envoy.listen: must be host:port");
});

test("what holds everywhere holds for Kong", async () => {
  const text = FOR_KONG.replace("provider: main", "provider: mian");
  expect(issuesOf(await load(`${text}admin: { listen: 0.0.0.0:1 }\n`, { host: "kong" }))).toEqual([
    "3:3: warning: providers.main: no target uses this provider",
    '10:25: error: policies.chat.models[0].targets[0].provider: there is no provider "mian"; did you mean "main"?',
    "13:1: error: admin.token: is required: `admin.listen` can be reached from other machines",
  ]);
});

test("what a plugin asks by itself is a target: its provider is used, and may have a price", async () => {
  const text = `${MINIMAL}    plugins:
      cache: { scope: policy, semantic: { embeddings: { provider: vectors, model: small } } }
prices: { overrides: { vectors/small: { input: 1, output: 0 } } }
`.replace("providers:\n", "providers:\n  vectors: { kind: openai-compatible, base_url: http://localhost:1/v1 }\n");
  expect(issuesOf(await load(text, { host: "kong", vocabulary: KNOWN }))).toEqual([]);
  expect(
    issuesOf(await load(text.replace("model: small", "model: other"), { host: "kong", vocabulary: KNOWN })).join(),
  ).toContain("no target fits this name");
});
