import type { IncomingMessage } from "node:http";
import { Admitter } from "../../../envoy/relay/admission";
import { services as shared } from "../../support/exchange";
import { gatewayOf } from "../../support/gateway";
import { VirtualClock } from "../../support/virtual-clock";

const TOKEN = "0123456789abcdef";
const OTHER = "fedcba9876543210";

function yaml(envoy: string): string {
  return `version: 1
providers: { openai: { kind: openai, base_url: "http://127.0.0.1:1/v1", api_keys: [sk-a] } }
policies: { default: { models: [{ name: m, targets: [{ provider: openai, model: gpt }] }] } }
envoy:
${envoy}
`;
}

async function admitter(envoy = "  trusted_hops: 0", reachable = false) {
  let gateway = await gatewayOf(yaml(envoy));
  const clock = new VirtualClock();
  const services = { ...shared, clock, newId: (prefix: string) => `${prefix}1` };
  const made = new Admitter({ runtime: { gateway: () => gateway, services }, reachable });
  return {
    clock,
    made,
    async reload(next: string) {
      gateway = await gatewayOf(yaml(next));
    },
    /** As Node gives it. */
    admit(headers: Readonly<Record<string, string>>, url = "/v1/chat/completions?x=1", method = "POST") {
      const request: Pick<IncomingMessage, "method" | "url" | "rawHeaders"> = {
        method,
        url,
        rawHeaders: Object.entries(headers).flat(),
      };
      return made.admit(request);
    },
  };
}

const FROM_ENVOY = { "x-graft-policy": "default", "x-graft-caller-address": "192.0.2.7:80", "x-request-id": "r1", accept: "*/*" };

test("who calls, what and under which policy; nothing of Envoy's words to us goes on", async () => {
  const { admit } = await admitter("  caller: { kind: header }\n  relay_token: 0123456789abcdef");
  const found = admit({ ...FROM_ENVOY, "x-caller-id": "alice", "x-graft-token": TOKEN });
  expect(found).toMatchObject({
    policy: "default",
    client: {
      method: "POST",
      path: "/v1/chat/completions",
      headers: { "x-request-id": "r1", accept: "*/*", "x-caller-id": "alice" },
      caller: { id: "header:|alice", ip: "192.0.2.7" },
      requestId: "r1",
    },
  });
  expect(JSON.stringify(found && "client" in found ? found.client : "")).not.toMatch(/x-graft|0123/);
});

test("without a request id it gets one", async () => {
  const { "x-request-id": _, ...rest } = FROM_ENVOY;
  expect((await admitter()).admit(rest)).toMatchObject({ client: { requestId: "req_1" } });
});

describe("the token", () => {
  const configured = `  relay_token: ${TOKEN}`;
  test.each<[string, string, boolean, string | undefined, boolean]>([
    ["none needed, none given", "  trusted_hops: 0", false, undefined, true],
    ["none needed, one given", "  trusted_hops: 0", false, OTHER, true],
    ["needed and right", configured, false, TOKEN, true],
    ["needed and absent", configured, false, undefined, false],
    ["needed and empty", configured, false, "", false],
    ["needed and wrong", configured, false, OTHER, false],
    ["needed and begun", configured, false, TOKEN.slice(0, -1), false],
    ["needed and twice, as two headers arrive", configured, false, `${TOKEN}, ${TOKEN}`, false],
    ["reachable for others and right", configured, true, TOKEN, true],
    ["reachable for others, but not configured", "  trusted_hops: 0", true, TOKEN, false],
    ["reachable for others, neither configured nor given", "  trusted_hops: 0", true, undefined, false],
  ])("%s", async (_, envoy, reachable, token, passes) => {
    const { admit } = await admitter(envoy, reachable);
    const headers = token === undefined ? FROM_ENVOY : { ...FROM_ENVOY, "x-graft-token": token };
    expect(admit(headers) !== undefined).toBe(passes);
    // Health says nothing to strangers either.
    const { "x-graft-policy": _policy, ...ask } = headers;
    expect(admit(ask, "/graft/health", "GET") !== undefined).toBe(passes);
  });

  test("a reload changes it", async () => {
    const { admit, reload } = await admitter(configured);
    await reload(`  relay_token: ${OTHER}`);
    expect(admit({ ...FROM_ENVOY, "x-graft-token": TOKEN })).toBeUndefined();
    expect(admit({ ...FROM_ENVOY, "x-graft-token": OTHER })).toBeDefined();
  });
});

describe("health", () => {
  test("200 while it serves, 503 while it drains; requests pass all the same", async () => {
    const { admit, made } = await admitter();
    expect(admit({}, "/graft/health", "GET")).toMatchObject({ status: 200 });
    made.setServing(false);
    expect(admit({}, "/graft/health", "GET")).toMatchObject({ status: 503 });
    expect(admit(FROM_ENVOY)).toHaveProperty("policy", "default");
  });

  test("is not for clients: their path is one of the policy's", async () => {
    expect((await admitter()).admit(FROM_ENVOY, "/graft/health", "GET")).toHaveProperty("client.path", "/graft/health");
  });

  test("without a policy there is nothing else", async () => {
    expect((await admitter()).admit({}, "/v1/models", "GET")).toBeUndefined();
  });
});
