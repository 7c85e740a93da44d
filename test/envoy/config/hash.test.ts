import { clusterHash } from "../../../envoy/config";
import { removeDirectories } from "../../config/support";
import { configOf, type Parts, POLICIES, PROVIDERS } from "./support";

afterAll(removeDirectories);

async function hash(parts: Parts): Promise<string> {
  return clusterHash(await configOf(parts));
}

test.each<[string, Parts]>([
  ["a key", { providers: PROVIDERS.replace("[sk-secret-key]", "[sk-other, sk-third]") }],
  ["a header", { providers: PROVIDERS.replace("sk-secret-header", "other") }],
  ["the path of an API", { providers: PROVIDERS.replace("/base", "/v2") }],
  ["a model", { policies: POLICIES.replace("model: x", "model: z") }],
  ["an alias", { policies: POLICIES.replace("name: m", "name: n, attempts: 5, fallback_statuses: [500]") }],
])("%s needs no new Envoy configuration", async (_, parts) => {
  expect(await hash(parts)).toBe(await hash({}));
});

test.each<[string, Parts]>([
  ["a provider's host", { providers: PROVIDERS.replace("127.0.0.1:8080", "127.0.0.2:8080") }],
  ["a provider's port", { providers: PROVIDERS.replace("127.0.0.1:8080", "127.0.0.1:8081") }],
  ["a provider's TLS", { providers: PROVIDERS.replace("api_keys", "tls: { server_name: a.example }, api_keys") }],
  ["a connect timeout", { providers: PROVIDERS.replace("api_keys", "connect_timeout_ms: 10, api_keys") }],
  ["one more provider", { providers: `${PROVIDERS}\n  third: { kind: openai, api_keys: [k] }` }],
  ["a socket", { envoy: '  sockets: ["unix:///x.sock"]' }],
  ["a listener", { envoy: "  listen: 127.0.0.1:1" }],
  ["a route", { envoy: "  routes: [{ prefix: /ai/ }]" }],
  ["a time limit", { envoy: "  routes: [{ timeout_ms: 5 }]" }],
  ["a size limit", { envoy: "  trusted_hops: 0\nbounds: { max_request_bytes: 2048 }" }],
  ["who calls", { envoy: "  caller: { kind: jwt }" }],
  ["a filter", { envoy: "  http_filters: [{ name: auth }]" }],
  ["fail_open", { policies: POLICIES.replace("default: {", "default: { fail_open: true,") }],
])("%s does", async (_, parts) => {
  expect(await hash(parts)).not.toBe(await hash({}));
});

test("is short and the same each time", async () => {
  expect(await hash({})).toMatch(/^[0-9a-f]{12}$/);
  expect(await hash({})).toBe(await hash({}));
});
