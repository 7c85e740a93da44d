import type { ClientInfo } from "../plugins/core/exchange";
import type { Gateway } from "../plugins/gateway";
import { gatewayOf } from "./support/gateway";

const FILE = `version: 1
providers:
  acme: { kind: openai, api_keys: [sk-acme] }
policies:
  default:
    models:
      - { name: plain, targets: [{ provider: acme, model: gpt }] }
      - { name: "team/a b", targets: [{ provider: acme, model: gpt }] }
      - { name: reds, targets: [{ provider: acme, model: gpt }], allow: { teams: [red] } }
      - { name: "acme/*", targets: [{ provider: acme, model: "*" }] }
envoy:
  caller: { kind: header }
`;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await gatewayOf(FILE);
});

function ask(method: string, path: string, it: { team?: string; policy?: string } = {}) {
  const caller = { id: "header:|a", anonymous: false, groups: [], tags: [], ip: "", ...(it.team === undefined ? {} : it) };
  const client: ClientInfo = { method, path, headers: {}, caller, requestId: "req-1" };
  const opened = gateway.open(it.policy ?? "default", client);
  if (opened.kind === "pipeline") return { status: 0, headers: {}, json: {} };
  const { status, headers, body } = opened.reply;
  return { status, headers, json: JSON.parse(body.toString()) as Record<string, unknown> };
}

const ids = (json: Record<string, unknown>) => (json["data"] as { id: string }[]).map(({ id }) => id);

describe("models", () => {
  test.each(["/v1/models", "/v1/models/", "/models", "/models-eu/v1/models"])("%s lists what the caller may use", (path) => {
    expect(ids(ask("GET", path).json)).toEqual(["plain", "team/a b"]);
    expect(ids(ask("HEAD", path, { team: "red" }).json)).toEqual(["plain", "team/a b", "reds"]);
  });

  test.each([
    ["plain", "plain"],
    ["team/a%20b", "team/a b"],
    ["acme/gpt-x", "acme/gpt-x"],
    ["acme%2Fgpt-x", "acme/gpt-x"],
  ])("/v1/models/%s is found", (path, id) => {
    expect(ask("GET", `/v1/models/${path}`)).toMatchObject({ status: 200, json: { id, object: "model", owned_by: "acme" } });
  });

  test.each([
    ...["reds", "Plain", "nope", "acme/", "acme/%0a", "%zz", "constructor"].map((name) => [name, name]),
    ["(long)", `acme/${"x".repeat(5000)}`],
  ])("/v1/models/%s is not, or not for this caller: which of the two nobody learns", (_, name) => {
    const answer = ask("GET", `/v1/models/${name}`);
    expect(answer).toMatchObject({ status: 404, json: { error: { code: "model_not_found", param: "model" } } });
    expect(JSON.stringify(answer.json).length).toBeLessThan(500);
  });
});

test.each([
  ["GET", "/v1/chat/completions", "POST"],
  ["HEAD", "/v1/chat/completions", "POST"],
  ["OPTIONS", "/v1/chat/completions", "POST"],
  ["POST", "/v1/models", "GET, HEAD"],
  ["DELETE", "/v1/models/plain", "GET, HEAD"],
])("%s %s is a 405 that says what is allowed", (method, path, allow) => {
  expect(ask(method, path)).toMatchObject({
    status: 405,
    headers: { allow, "x-request-id": "req-1" },
    json: { error: { code: "method_not_allowed" } },
  });
});

test.each(["/", "/v1", "/v1/modelsx", "/v1/embeddings", "/v1/chat/completions/", "/v1/chat%2Fcompletions"])(
  "%s is unknown",
  (path) => {
    expect(ask("POST", path)).toMatchObject({ status: 404, json: { error: { code: "not_found" } } });
  },
);

test.each(["/v1/chat/completions", "/any/prefix/chat/completions"])("%s opens an exchange", (path) => {
  expect(ask("POST", path).status).toBe(0);
});

test("a policy that is not configured is our fault", () => {
  expect(ask("POST", "/v1/chat/completions", { policy: "__proto__" }).status).toBe(500);
});
