/** The relay behind the real Envoy. Who calls: identity.test.ts; conversations: test/hosts/contract. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { attach, listAt, mapAt } from "../envoy/config/attach";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call, type Seen } from "../upstream/raw-client";
import { chat, dataOf, expectError, json, question, said, text } from "./support/ask";
import { printed, readFragments } from "./support/envoy-config";
import { gate } from "./support/gate";
import { Load } from "./support/load";
import { freePort } from "./support/ports";
import { Program } from "./support/process";
import { envoyBinary, ROOT, Stack, type StackOptions } from "./support/stack";
import { until } from "./support/until";

jest.setTimeout(60_000);

const TOKEN = "a-token-with-100%-of-its-signs";

let upstream: FakeUpstream;
let stack: Stack | undefined;

beforeEach(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  await upstream.close();
});

interface Parts {
  readonly routes?: string;
  /** More policies. */
  readonly policies?: string;
  /** More members of `envoy`, indented by two spaces. */
  readonly envoy?: string;
  readonly bounds?: string;
}

const ROUTES = "{ prefix: /other, policy: other }, { policy: default }";

/** For the test that asks for it. */
async function start(options: Partial<StackOptions> = {}, parts: Parts = {}): Promise<Stack> {
  stack = await startAt(upstream, parts, options);
  return stack;
}

function startAt(
  { url }: FakeUpstream,
  { routes = ROUTES, policies = "", envoy = "", bounds = "" }: Parts,
  options: Partial<StackOptions> = {},
): Promise<Stack> {
  return Stack.start({
    mode: "relay",
    config: `
providers:
  openai: { kind: openai, base_url: "${url}/v1", api_keys: [sk-openai] }
  anthropic: { kind: anthropic, base_url: "${url}", api_keys: [sk-anthropic] }
policies:
  default:
    models:
      - { name: gpt, targets: [{ provider: openai, model: demo }] }
      - { name: claude, targets: [{ provider: anthropic, model: demo }] }
      - { name: falls-back, targets: [{ provider: openai, model: do-500 }, { provider: anthropic, model: demo }] }
      - { name: hangs, targets: [{ provider: openai, model: do-hang-before-headers }] }
  other:
    models:
      - { name: other, targets: [{ provider: openai, model: demo }] }
${policies}
${bounds}`,
    envoy: `  routes: [${routes}]\n${envoy}`,
    ...options,
  });
}

/** Asks the relay itself, past Envoy. */
function direct(
  options: { readonly port?: number; readonly socketPath?: string },
  headers: Record<string, string>,
  path: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", path, headers, ...options }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject).end();
  });
}

function portOf(socket: string): number {
  return Number(socket.slice(socket.lastIndexOf(":") + 1));
}

const FROM_ENVOY = { "x-graft-policy": "default", "x-graft-caller-address": "192.0.2.1:1" };

describe("one Envoy and one process", () => {
  let provider: FakeUpstream;
  let shared: Stack;
  let url: string;
  let asked: number;

  beforeAll(async () => {
    provider = await startFakeUpstream();
    const routes =
      "{ prefix: /slow, policy: slow, timeout_ms: 700 }, { prefix: /silent, policy: silent, idle_timeout_ms: 700 }, " +
      "{ prefix: /other, policy: other }, { prefix: /v1, policy: default }";
    const hangs = "{ models: [{ name: hangs, targets: [{ provider: openai, model: do-hang-before-headers }] }] }";
    shared = await startAt(provider, { routes, policies: `  slow: ${hangs}\n  silent: ${hangs}` });
    url = shared.url;
  });
  beforeEach(() => {
    asked = provider.requests.length;
  });
  afterAll(async () => {
    await shared?.stop();
    await provider?.close();
  });

  /** What the provider hears next. */
  async function next() {
    return (await provider.waitFor(asked + 1))[asked];
  }

  test("a question is answered, translated, streamed, and falls back; each route has its policy", async () => {
    for (const model of ["gpt", "claude"]) expect(said(await chat(url, question(model)))).toContain(`question for ${model}`);
    const streamed = await chat(url, question("claude", { stream: true }));
    expect(said(streamed)).toContain("question for claude");
    expect(dataOf(streamed).at(-1)).toBe("[DONE]");
    const fallen = await chat(url, question("falls-back"));
    expect(fallen.headers).toMatchObject({ "x-graft-target": "anthropic/demo", "x-graft-attempts": "2" });

    const listed = async (path: string): Promise<string[]> => {
      const seen = await call(`${url}${path}/v1/models`, { method: "GET", headers: { "x-graft-policy": "default" } });
      return (json(seen) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect(await listed("/other")).toEqual(["other"]);
    expect(await listed("")).toEqual(["gpt", "claude", "falls-back", "hangs"]);
  });

  test("a client that goes away takes its request at the provider with it", async () => {
    const { opened, open } = gate();
    provider.script({ do: "hang-mid-stream", n: 3, until: opened });
    await chat(url, question("gpt", { stream: true }), { leaveAfter: 1 });
    const request = await next();
    await request?.finished;
    expect(request?.aborted).toBe(true);
    open();
  });

  test("an upload arrives whole, far over what Envoy keeps for itself", async () => {
    const user = "x".repeat(9_000_000);
    const seen = await chat(url, question("gpt", { user }));
    expect(seen.status).toBe(200);
    expect(provider.requests[asked]?.body.length).toBeGreaterThan(9_000_000);
  });

  describe("what Envoy says itself is in OpenAI's words", () => {
    test.each([
      ["/slow", "whole exchange"],
      ["/silent", "silence"],
    ])("%s, a limit on the %s: 504, and the call to the provider ends", async (prefix) => {
      expectError(await chat(url + prefix, question("hangs")), { status: 504, code: "upstream_timeout" });
      const request = await next();
      await request?.finished;
      expect(request?.aborted).toBe(true);
    });

    test("no route: 404", async () => {
      expectError(await call(`${url}/ai/v1/models`, { method: "GET" }), { status: 404, code: "not_found" });
    });

    // The last: they end the process.
    test("a process that dies with the request: 503", async () => {
      const waiting = chat(url, question("hangs"));
      await next();
      await shared.processors[0]?.stop("SIGKILL");
      expectError(await waiting, { status: 503, code: "unavailable" });
      expect(provider.requests).toHaveLength(asked + 1);
    });

    test("no process: 503, try again", async () => {
      for (let count = 0; count < 3; count += 1) {
        const seen = await chat(url, question("gpt"));
        expectError(seen, { status: 503, code: "unavailable" });
        expect(seen.headers["x-should-retry"]).toBe("true");
      }
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expectError(await chat(url, question("gpt")), { status: 503, code: "unavailable" });
      await shared.startProcessor(0);
      await until("recovery", async () => ((await chat(url, question("gpt"))).status === 200 ? true : undefined));
    });
  });
});

describe("a TCP socket", () => {
  async function onTcp(): Promise<{ url: string; port: number }> {
    const sockets = [`127.0.0.1:${await freePort()}`];
    const { url } = await start({ sockets }, { envoy: `  relay_token: "${TOKEN}"` });
    return { url, port: portOf(sockets[0] ?? "") };
  }

  test("answers Envoy, which has the token, and nobody else", async () => {
    const { url, port } = await onTcp();
    expect((await chat(url, question("gpt"), { headers: { "x-graft-token": "forged" } })).status).toBe(200);
    for (const path of ["/v1/models", "/graft/health"]) {
      const headers = path === "/graft/health" ? {} : FROM_ENVOY;
      expect(await direct({ port }, headers, path)).toBe(403);
      expect(await direct({ port }, { ...headers, "x-graft-token": `${TOKEN}x` }, path)).toBe(403);
      expect(await direct({ port }, { ...headers, "x-graft-token": TOKEN }, path)).toBe(200);
    }
    await stack?.errorLines();
    expect(stack?.processors[0]?.output).toContain(
      "refused a request without permission to pass: is Envoy's configuration made from this graft.yaml",
    );
    expect(stack?.processors[0]?.output).not.toContain(TOKEN);
    for (const { rawHeaders } of upstream.requests) expect(rawHeaders.join()).not.toMatch(/x-graft|a-token/);
  });

  test("an Envoy with another token is refused, whatever its clients send", async () => {
    const { url, port } = await onTcp();
    const path = stack?.configPath ?? "";
    writeFileSync(path, readFileSync(path, "utf8").replace(TOKEN, "another-token-of-length"));
    await until("new token", async () =>
      (await direct({ port }, { "x-graft-token": TOKEN }, "/graft/health")) === 403 ? true : undefined,
    );
    const before = upstream.requests.length;
    const refused = await chat(url, question("gpt"), { headers: { "x-graft-token": "another-token-of-length" } });
    // The only process there is still gets requests when it is unhealthy, so that one that drains serves to its end.
    expect([403, 503]).toContain(refused.status);
    expect(upstream.requests).toHaveLength(before);
  });

  test("without a token is refused at start, by name or by flag", async () => {
    const directory = Stack.newDirectory();
    const serve = (...args: string[]) =>
      new Program("graft", process.execPath, [
        join(ROOT, "dist/cli/main.js"),
        "envoy",
        "serve",
        "--mode",
        "relay",
        ...args,
        "--admin",
        "127.0.0.1:0",
      ]);
    const config = join(directory, "graft.yaml");
    writeFileSync(
      config,
      `version: 1
providers: { openai: { kind: openai, base_url: "${upstream.url}/v1", api_keys: [k] } }
policies: { default: { models: [{ name: gpt, targets: [{ provider: openai, model: demo }] }] } }
envoy:
  sockets: ["unix://${join(directory, "p0.sock")}"]
`,
    );
    const flag = serve(config, "--socket", "127.0.0.1:0");
    expect(await flag.exit).toBe(1);
    expect(flag.output).toContain("set envoy.relay_token");
    const named = join(directory, "named.yaml");
    writeFileSync(named, readFileSync(config, "utf8").replace(/sockets: .*/, 'sockets: ["127.0.0.1:9000"]'));
    const program = serve(named);
    expect(await program.exit).toBe(1);
    expect(program.output).toContain("envoy.relay_token: is required");
    await expect(printed(["--mode", "relay", named])).rejects.toMatchObject({ code: 1, stdout: "" });
    expect((await printed([named])).stdout).toContain("ext_proc");
    rmSync(directory, { recursive: true });
  });
});

describe("what Envoy says before it asks us is in OpenAI's words", () => {
  test("a caller whose name no header can hold: 400, and the provider hears nothing", async () => {
    // A filter that leaves such a claim behind, as a token can.
    const { url } = await start(
      {},
      {
        envoy: `
  caller: { kind: jwt }
  http_filters:
    - name: envoy.filters.http.set_metadata
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config
        metadata: [{ metadata_namespace: envoy.filters.http.jwt_authn, value: { jwt_payload: { sub: "a\\x7fb" } } }]`,
      },
    );
    expectError(await chat(url, question("gpt")), { status: 400, code: null });
    expect(upstream.requests).toEqual([]);
  });
});

describe.each(["unix", "tcp"])("a body over the limit (%s)", (kind) => {
  async function small(): Promise<string> {
    const bounds = "bounds: { max_request_bytes: 65536 }";
    const sockets = [`127.0.0.1:${await freePort()}`];
    return (await start(kind === "tcp" ? { sockets } : {}, { bounds, envoy: `  relay_token: "${TOKEN}"` })).url;
  }

  test("is answered 413 in the middle of the upload, each time", async () => {
    const url = await small();
    const whole = question("gpt", { user: "x".repeat(12_000_000) });
    const answers: (Seen | "cut")[] = [];
    for (let count = 0; count < 10; count += 1) answers.push(await chat(url, whole), await upload(url, 12_000_000));
    // A client that goes on writing may find the connection gone; what it gets is a 413 or nothing.
    for (const seen of answers)
      if (seen !== "cut" && seen.error === undefined) expectError(seen, { status: 413, code: "request_too_large" });
    console.info(`413 over ${kind}: ${answers.map((seen) => (seen === "cut" ? seen : (seen.error ?? seen.status))).join(" ")}`);
    expect(answers.filter((seen) => seen !== "cut" && seen.error === undefined).length).toBeGreaterThan(15);
    expect(upstream.requests).toEqual([]);
    expect((await chat(url, question("gpt"))).status).toBe(200);
  });
});

/** Chunked, so that nobody knows how long it will be; stops writing when it is answered. */
function upload(url: string, bytes: number): Promise<Seen | "cut"> {
  return new Promise((resolve) => {
    const piece = Buffer.alloc(65_536, "x");
    let sent = 0;
    let answered = false;
    const request = httpRequest(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    const write = (): void => {
      while (!answered && sent < bytes) {
        sent += piece.length;
        if (!request.write(piece)) {
          request.once("drain", write);
          return;
        }
      }
      if (!answered) request.end();
    };
    request.on("response", (response) => {
      answered = true;
      const pieces: Buffer[] = [];
      response.on("data", (data: Buffer) => pieces.push(data));
      response.on("end", () => {
        const { statusCode: status, headers, complete } = response;
        resolve({
          status,
          headers,
          trailers: {},
          informational: [],
          body: Buffer.concat(pieces),
          chunks: pieces.length,
          complete,
          error: undefined,
        });
        request.destroy();
      });
      response.on("error", () => resolve("cut"));
    });
    request.on("error", () => resolve("cut"));
    write();
  });
}

describe("processes come and go", () => {
  test("SIGTERM: health says so at once, running streams end well", async () => {
    const { url, processors, directory } = await start({ serveArgs: ["--drain-grace-ms", "300"] });
    const { opened, open } = gate();
    upstream.script({ do: "hang-mid-stream", n: 4, until: opened });
    const streaming = chat(url, question("claude", { stream: true }));
    await upstream.waitFor(1);
    const socketPath = join(directory, "p0.sock");
    expect(await direct({ socketPath }, {}, "/graft/health")).toBe(200);
    processors[0]?.signal("SIGTERM");
    await until("draining", async () => ((await direct({ socketPath }, {}, "/graft/health")) === 503 ? true : undefined));
    await until("no socket", async () =>
      direct({ socketPath }, {}, "/graft/health").then(
        () => undefined,
        () => true as const,
      ),
    );
    open();
    const seen = await streaming;
    expect(dataOf(seen).at(-1)).toBe("[DONE]");
    expect(seen.complete).toBe(true);
    expect(await processors[0]?.exit).toBe(0);
    expect(processors[0]?.lines.at(-1)).toMatchObject({ msg: "drained", cut: 0 });
  });

  test("a rolling restart of two loses nothing", async () => {
    const { url, processors } = await start({ processors: 2 });
    const bodies = Array.from({ length: 16 }, (_, index) =>
      question(index % 2 === 0 ? "gpt" : "claude", { stream: index % 4 > 1 }),
    );
    const load = new Load(url, bodies);
    await load.more(200);
    for (const index of [0, 1]) {
      const old = processors[index];
      old?.signal("SIGTERM");
      expect(await old?.exit).toBe(0);
      await load.more(100);
      await stack?.startProcessor(index);
      await load.more(300);
    }
    // Both new ones have their share, as soon as Envoy's health checks have found them.
    await until("both serve", async () => {
      await load.more(50);
      const served = ({ lines }: (typeof processors)[number]) => lines.filter(({ msg }) => msg === "exchange").length;
      return processors.every((program) => served(program) > 10) ? true : undefined;
    });
    const shots = await load.stop();
    console.info(`rolling restart behind Envoy: ${shots.length} requests, ${load.faults.length} failed`);
    expect(load.faults.map((shot) => shot.fault)).toEqual([]);
    expect(shots.length).toBeGreaterThan(900);
  });
});

test("a reload that is Envoy's business as well says so, any other one does not", async () => {
  const { configPath, processors } = await start();
  const before = readFileSync(configPath, "utf8");
  const applied = () => processors[0]?.lines.filter((line) => line["msg"] === "configuration applied").length ?? 0;
  writeFileSync(configPath, before.replace("sk-openai", "sk-other").replace('/v1"', '/v2"'));
  await until("first reload", () => (applied() === 1 ? true : undefined));
  expect(processors[0]?.output).not.toContain("Envoy needs the new output");
  writeFileSync(configPath, before.replace("prefix: /other", "prefix: /elsewhere"));
  await until("second reload", () => (applied() === 2 ? true : undefined));
  expect(processors[0]?.output).toContain("Envoy needs the new output of `graft envoy-config --mode relay`");
});

describe("attached to an Envoy that is already there", () => {
  const directory = mkdtempSync(join(tmpdir(), "graft-attach-relay-"));
  const programs: Program[] = [];

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop("SIGKILL")));
    rmSync(directory, { recursive: true, force: true });
  });

  test("the routes alone keep forged headers out, and the listener's own filter says who calls", async () => {
    const config = join(directory, "graft.yaml");
    const example = readFileSync(join(ROOT, "examples/envoy/graft.yaml"), "utf8");
    writeFileSync(
      config,
      example
        .replace("/run/graft/extproc.sock", join(directory, "graft.sock"))
        .replace("kind: openai,", `kind: openai, base_url: "${upstream.url}/v1",`)
        .replace("kind: anthropic,", `kind: anthropic, base_url: "${upstream.url}",`),
    );
    const env = { OPENAI_API_KEY: "sk-openai", ANTHROPIC_API_KEY: "sk-anthropic" };
    const graft = new Program(
      "graft",
      process.execPath,
      [join(ROOT, "dist/cli/main.js"), "envoy", "serve", "--mode", "relay", config, "--admin", "127.0.0.1:0"],
      env,
    );
    programs.push(graft);
    await graft.until("ready", () => (graft.output.includes("serving Envoy") ? true : undefined));
    const host: object = parse(readFileSync(join(ROOT, "examples/envoy/host.yaml"), "utf8"));
    attach(host, readFragments((await printed(["--mode", "relay", "--fragments", config], env)).stdout));
    const port = await freePort();
    Object.assign(mapAt(host, "static_resources", "listeners", 0), {
      address: { socket_address: { address: "127.0.0.1", port_value: port } },
    });
    const path = join(directory, "envoy.yaml");
    writeFileSync(path, stringify(host));
    const envoy = new Program("envoy", envoyBinary(), [
      "-c",
      path,
      "--concurrency",
      "1",
      "--disable-hot-restart",
      "-l",
      "warning",
    ]);
    programs.push(envoy);
    const key = { host: "api.example.com", authorization: "Bearer change-me" };
    const forged = { ...key, "x-client-id": "root", "x-graft-policy": "none", "x-graft-caller-address": "6.6.6.6:1" };
    const body = { model: "smart", messages: [{ role: "user", content: "hello" }] };
    const ask = () => call(`http://127.0.0.1:${port}/ai/v1/chat/completions`, { headers: forged, body });
    const seen = await envoy.until("answers", async () => {
      const it = await ask();
      return it.status === 200 ? it : undefined;
    });
    expect(text(seen)).toContain("chat.completion");
    const record = await graft.until("record", () =>
      graft.lines.find((line) => line["msg"] === "exchange" && line["status"] === 200),
    );
    expect(record).toMatchObject({ caller: "api_key:|team-blue", policy: "default" });
    expect(
      (await call(`http://127.0.0.1:${port}/ai/v1/models`, { method: "GET", headers: { host: "api.example.com" } })).status,
    ).toBe(401);
    expect(listAt(host, "static_resources", "clusters")).toHaveLength(2);
  });
});
