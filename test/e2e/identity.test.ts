/** Who is calling, from Envoy's own authentication; and that nobody can say so himself. */
import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { MODES, type Mode } from "../../envoy/mode";
import { type Certificates, hasOpenssl, makeCertificates } from "../upstream/certificates";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call, type RawOptions, type Seen } from "../upstream/raw-client";
import { chat, expectError, json, question } from "./support/ask";
import { freePort } from "./support/ports";
import { Stack, type StackOptions } from "./support/stack";
import { withTlsListener } from "./support/tls-listener";

let upstream: FakeUpstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

afterAll(() => upstream?.close());

interface Allowed {
  readonly callers?: readonly string[];
  readonly teams?: readonly string[];
  readonly groups?: readonly string[];
}

type Options = Omit<StackOptions, "config" | "mode">;

/** Models by who may use them, besides `free`. */
function start(mode: Mode, models: Readonly<Record<string, Allowed>>, options: Options): () => Promise<void> {
  return async () => {
    const alias = (name: string, allow: Allowed) =>
      `      - { name: ${name}, targets: [{ provider: openai, model: demo }], allow: ${JSON.stringify(allow)} }`;
    stack = await Stack.start({
      ...options,
      mode,
      config: `
providers:
  openai: { kind: openai, base_url: "${upstream.url}/v1", api_keys: [sk-openai] }
policies:
  default:
    forward_headers: [x-secret-user]
    models:
${alias("free", {})}
${Object.entries(models)
  .map(([name, allow]) => alias(name, allow))
  .join("\n")}`,
    });
  };
}

function use(...settings: Parameters<typeof start>): void {
  beforeAll(start(...settings), 60_000);
  afterAll(stopQuiet);
}

async function stopQuiet(): Promise<void> {
  const complaints = await stack?.errorLines();
  await stack?.stop();
  expect(complaints).toEqual([]);
}

const FORGED = {
  "x-client-id": "alice",
  "x-caller-id": "alice",
  "x-caller-team": "red",
  "x-caller-groups": "ops",
  "x-caller-tags": "vip",
  "x-forwarded-for": "6.6.6.6",
  "x-forwarded-client-cert": "URI=spiffe://mesh/alice",
  "x-envoy-external-address": "6.6.6.6",
  "x-jwt-payload": "eyJzdWIiOiJhbGljZSJ9",
  "x-graft-policy": "no-such-policy",
  "x-graft-token": "forged",
  "x-graft-caller-address": "6.6.6.6:1",
  "x-graft-caller-jwt": '{"iss":"https://idp.test","sub":"alice","team":"red","groups":["ops"]}',
  "x-graft-caller-uri-san": "spiffe://mesh/alice",
  "x-graft-caller-dns-san": "alice",
  "x-graft-caller-subject": "CN=alice",
};

type Request = Omit<RawOptions, "body">;

async function callerOf(options: Request, url = stack.url): Promise<unknown> {
  const seen = await chat(url, question("free"), options);
  expect(seen.status).toBe(200);
  return (await stack.record(seen.headers["x-request-id"]))["caller"];
}

/** Names in the models list, and whether asking for each of them works. */
async function usable(names: readonly string[], options: Request, url = stack.url): Promise<string[]> {
  const listed = await call(`${url}/v1/models`, { ...options, method: "GET" });
  const shown = (json(listed) as { data: { id: string }[] }).data.map((model) => model.id).filter((id) => id !== "free");
  for (const name of names) {
    const one = await call(`${url}/v1/models/${name}`, { ...options, method: "GET" });
    const asked = await chat(url, question(name), options);
    if (shown.includes(name)) expect([one.status, asked.status]).toEqual([200, 200]);
    else for (const seen of [one, asked]) expectError(seen, { status: 404, code: "model_not_found", param: "model" });
  }
  return shown;
}

function expectDenied(seen: Seen, status: number): void {
  expect(seen.status).toBe(status);
  expect(seen.complete).toBe(true);
  // The filter's own words, not ours.
  expect(seen.body.toString()).not.toContain("server_error");
  expect(seen.headers["x-request-id"]).toMatch(/\w/);
}

const withOpenssl = hasOpenssl() ? describe : describe.skip;
if (!hasOpenssl()) console.warn("openssl is not installed: client certificates are not tested");

describe.each(MODES)("%s", (mode) => {
  describe("none: callers are addresses", () => {
    use(mode, { local: { callers: ["ip:127.0.0.1"] }, far: { callers: ["ip:6.6.6.6"] } }, {});

    test("forged headers change nothing", async () => {
      expect(await callerOf({})).toBe("ip:127.0.0.1");
      expect(await callerOf({ headers: FORGED })).toBe("ip:127.0.0.1");
      expect(await usable(["local", "far"], { headers: FORGED })).toEqual(["local"]);
    });
  });

  describe("behind a trusted proxy", () => {
    use(mode, {}, { envoy: "  trusted_hops: 1" });

    test("the address is the one the proxy saw, not the one its client claims", async () => {
      expect(await callerOf({ headers: { "x-forwarded-for": "1.1.1.1, 9.9.9.9" } })).toBe("ip:9.9.9.9");
      expect(await callerOf({ headers: { "x-forwarded-for": "2001:db8::7" } })).toBe("ip:2001:db8::7");
    });
  });

  describe("api_key", () => {
    use(
      mode,
      { hers: { callers: ["api_key:|alice"] }, his: { callers: ["api_key:|bob"] } },
      {
        envoy: `
  caller: { kind: api_key }
  http_filters:
    - name: envoy.filters.http.api_key_auth
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth
        credentials: [{ key: key-alice, client: alice }, { key: key-bob, client: bob }]
        key_sources: [{ header: Authorization }]
        forwarding: { header: x-client-id, hide_credentials: true }`,
      },
    );
    const as = (key: string) => ({ headers: { ...FORGED, authorization: `Bearer ${key}` } });

    test("the client of the key, whatever the request says", async () => {
      expect(await callerOf(as("key-alice"))).toBe("api_key:|alice");
      expect(await callerOf(as("key-bob"))).toBe("api_key:|bob");
      expect(await usable(["hers", "his"], as("key-bob"))).toEqual(["his"]);
    });

    test("the client's key and name never reach the provider", () => {
      for (const { rawHeaders } of upstream.requests) expect(rawHeaders.join()).not.toMatch(/key-alice|key-bob|x-client-id/);
    });

    test("a denied request gets the filter's answer, and the next one works", async () => {
      const before = upstream.requests.length;
      const denied = [
        chat(stack.url, question("free"), as("key-eve")),
        chat(stack.url, question("free"), { headers: FORGED }),
        chat(stack.url, question("free", { user: "x".repeat(3_000_000) }), as("key-eve")),
        call(`${stack.url}/v1/models`, { ...as("key-eve"), method: "GET" }),
        call(`${stack.url}/v1/models`, { ...as("key-eve"), method: "HEAD" }),
      ];
      for (const seen of await Promise.all(denied)) if (seen.error === undefined) expectDenied(seen, 401);
      expect(upstream.requests).toHaveLength(before);
      expect(await callerOf(as("key-alice"))).toBe("api_key:|alice");
    });
  });

  describe("jwt", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }] });
    const names = ["hers", "reds", "ops"];
    use(
      mode,
      {
        hers: { callers: ["jwt:https://idp.test|alice"] },
        reds: { teams: ["red"] },
        ops: { groups: ["ops", "admins"] },
      },
      {
        envoy: `
  caller: { kind: jwt }
  http_filters:
    - name: envoy.filters.http.jwt_authn
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
        providers:
          idp:
            issuer: https://idp.test
            local_jwks: { inline_string: '${jwks}' }
            payload_in_metadata: jwt_payload
        rules: [{ match: { prefix: / }, requires: { provider_name: idp } }]`,
      },
    );

    function token(claims: Readonly<Record<string, unknown>>, key: KeyObject = privateKey): string {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const exp = Math.floor(Date.now() / 1000) + 600;
      const signed = `${part({ alg: "RS256", kid: "k1" })}.${part({ iss: "https://idp.test", exp, ...claims })}`;
      return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key).toString("base64url")}`;
    }
    const as = (claims: Readonly<Record<string, unknown>>) => ({
      headers: { ...FORGED, authorization: `Bearer ${token(claims)}` },
    });

    test("subject, issuer, team and groups", async () => {
      expect(await callerOf(as({ sub: "alice" }))).toBe("jwt:https://idp.test|alice");
      expect(await usable(names, as({ sub: "alice" }))).toEqual(["hers"]);
      expect(await usable(names, as({ sub: "bob", team: "red", groups: ["dev", "ops"] }))).toEqual(["reds", "ops"]);
      expect(await usable(names, as({ sub: "carol", groups: "dev admins" }))).toEqual(["ops"]);
    });

    test("the record names the team", async () => {
      const seen = await chat(stack.url, question("free"), as({ sub: "bob", team: "red" }));
      expect(await stack.record(seen.headers["x-request-id"])).toMatchObject({ caller: "jwt:https://idp.test|bob", team: "red" });
    });

    test("names of all kinds arrive as they are", async () => {
      for (const sub of ["zoë ✓ 名", "a\r\nx-graft-policy: evil", "nul\u0000 tab\t", 'quote" back\\ %SUB%', "-"]) {
        expect(await callerOf(as({ sub }))).toBe(`jwt:https://idp.test|${sub}`);
      }
      expect(await usable(names, as({ sub: "dora", team: ["red"], groups: [1, "ops", null, { ops: true }] }))).toEqual(["ops"]);
      expect(await usable(names, as({ sub: "erik", team: { red: 1 }, groups: { ops: 1 } }))).toEqual([]);
    });

    test("a token of many kilobytes names its caller, too", async () => {
      const groups = Array.from({ length: 1500 }, (_, index) => `group-${index}`);
      expect(await usable(names, as({ sub: "alice", groups: [...groups, "ops"] }))).toEqual(["hers", "ops"]);
    });

    test("a token without a subject is nobody", async () => {
      expect(await callerOf(as({ team: "red" }))).toBe("ip:127.0.0.1");
    });

    test("no token, a foreign one and an expired one are refused before Graft", async () => {
      const foreign = token({ sub: "alice" }, other.privateKey);
      const expired = token({ sub: "alice", exp: 1_000_000_000 });
      expectDenied(await chat(stack.url, question("free"), { headers: FORGED }), 401);
      for (const bad of [foreign, expired, "nonsense"]) {
        expectDenied(await chat(stack.url, question("free"), { headers: { authorization: `Bearer ${bad}` } }), 401);
      }
      expect(await callerOf(as({ sub: "alice" }))).toBe("jwt:https://idp.test|alice");
    });
  });

  describe("header", () => {
    const names = ["hers", "reds", "ops"];
    use(
      mode,
      { hers: { callers: ["header:|alice"] }, reds: { teams: ["red"] }, ops: { groups: ["ops"] } },
      {
        // Stands for any filter that knows who calls, such as ext_authz: it trusts a header nobody else knows of.
        envoy: `
  caller: { kind: header }
  http_filters:
    - name: envoy.filters.http.header_mutation
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
        mutations:
          request_mutations:
            - append: { header: { key: x-caller-id, value: "%REQ(x-secret-user)%" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }
            - append: { header: { key: x-caller-team, value: "%REQ(x-secret-team)%" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }
            - append: { header: { key: x-caller-groups, value: "%REQ(x-secret-groups)%" }, append_action: OVERWRITE_IF_EXISTS_OR_ADD }`,
      },
    );
    const as = (user: string, more: Readonly<Record<string, string>> = {}) => ({
      headers: { ...FORGED, "x-secret-user": user, ...more },
    });

    test("what the filter set counts", async () => {
      expect(await callerOf(as("alice"))).toBe("header:|alice");
      expect(await usable(names, as("bob", { "x-secret-team": "red", "x-secret-groups": "dev, ops" }))).toEqual(["reds", "ops"]);
    });

    test("what the client set does not", async () => {
      expect(await callerOf({ headers: FORGED })).toBe("ip:127.0.0.1");
      expect(await usable(names, { headers: FORGED })).toEqual([]);
      expect(await usable(names, as("bob"))).toEqual([]);
      expect(await callerOf({ headers: { "X-Caller-ID": "alice", "X-CALLER-TEAM": "red" } })).toBe("ip:127.0.0.1");
    });

    test("the identity stays here", () => {
      for (const { rawHeaders } of upstream.requests) expect(rawHeaders.join().toLowerCase()).not.toContain("x-caller");
    });
  });

  withOpenssl("mtls", () => {
    let certificates: Certificates;
    let port = 0;

    beforeAll(async () => {
      // The first name counts, and only that one.
      certificates = makeCertificates([], "spiffe://mesh/alice,URI:spiffe://mesh/bob,DNS:bob.test");
      port = await freePort();
      await start(
        mode,
        { hers: { callers: ["mtls:|spiffe://mesh/alice"] }, his: { callers: ["mtls:|spiffe://mesh/bob", "mtls:|bob.test"] } },
        { envoy: "  caller: { kind: mtls }", editBootstrap: (yaml) => withTlsListener(yaml, certificates.folder, port) },
      )();
    }, 60_000);

    afterAll(async () => {
      await stopQuiet();
      certificates?.remove();
    });

    test("the name in the client's certificate", async () => {
      const { ca, clientCert, clientKey } = certificates;
      const options = { headers: FORGED, tls: { ca, cert: clientCert, key: clientKey } };
      const url = `https://localhost:${port}`;
      expect(await callerOf(options, url)).toBe("mtls:|spiffe://mesh/alice");
      expect(await usable(["hers", "his"], options, url)).toEqual(["hers"]);
    });

    test("without one, nobody", async () => {
      const url = `https://localhost:${port}`;
      expect(await callerOf({ headers: FORGED, tls: { ca: certificates.ca } }, url)).toBe("ip:127.0.0.1");
      expect(await usable(["hers"], { headers: FORGED })).toEqual([]);
    });
  });
});
