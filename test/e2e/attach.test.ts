/** Graft attached to an Envoy that already serves an application, by the steps of docs/attach-envoy.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { attach, listAt, mapAt } from "../envoy/config/attach";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import { printed, readFragments } from "./support/envoy-config";
import { freePort } from "./support/ports";
import { Program } from "./support/process";
import { envoyBinary, ROOT } from "./support/stack";

jest.setTimeout(60_000);

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const directory = mkdtempSync(join(tmpdir(), "graft-attach-"));
const atApp: Seen[] = [];
let app: Server;
let provider: FakeUpstream;
let graft: Program;
let envoy: Program;
let url: string;

beforeAll(async () => {
  provider = await startFakeUpstream();
  const appPort = await freePort();
  app = createServer(async (incoming, outgoing) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
    atApp.push({ url: incoming.url, headers: incoming.headers, body: Buffer.concat(pieces).toString() });
    outgoing.writeHead(incoming.url === "/fails" ? 503 : 200, { "x-app": "yes" }).end("from the application");
  }).listen(appPort, "127.0.0.1");

  const config = join(directory, "graft.yaml");
  const example = readFileSync(join(ROOT, "examples/envoy/graft.yaml"), "utf8");
  writeFileSync(
    config,
    example
      .replace("/run/graft/extproc.sock", join(directory, "graft.sock"))
      .replace("kind: openai,", `kind: openai, base_url: "${provider.url}/v1",`)
      .replace("kind: anthropic,", `kind: anthropic, base_url: "${provider.url}",`),
  );
  const env = { OPENAI_API_KEY: "sk-openai", ANTHROPIC_API_KEY: "sk-anthropic" };
  const cli = join(ROOT, "dist/cli/main.js");
  graft = new Program("graft", process.execPath, [cli, "envoy", "serve", config, "--admin", "127.0.0.1:0"], env);
  await graft.until("ready", () => (graft.output.includes("serving Envoy") ? true : undefined));

  const host: object = parse(readFileSync(join(ROOT, "examples/envoy/host.yaml"), "utf8"));
  attach(host, readFragments((await printed(["--fragments", config], env)).stdout));
  const port = await freePort();
  Object.assign(mapAt(host, "static_resources", "listeners", 0), {
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
  });
  Object.assign(mapAt(listAt(host, "static_resources", "clusters")[0], "load_assignment", "endpoints", 0), {
    lb_endpoints: [{ endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: appPort } } } }],
  });
  const path = join(directory, "envoy.yaml");
  writeFileSync(path, stringify(host));
  envoy = new Program("envoy", envoyBinary(), ["-c", path, "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]);
  url = `http://127.0.0.1:${port}`;
  await envoy.until("answers", async () => ((await models()) === 200 ? true : undefined));
}, 60_000);

afterAll(async () => {
  await Promise.all([envoy?.stop("SIGKILL"), graft?.stop("SIGKILL"), provider?.close()]);
  app?.close();
  rmSync(directory, { recursive: true, force: true });
});

const KEY = { host: "api.example.com", authorization: "Bearer change-me" };

async function models(): Promise<number | undefined> {
  return (await call(`${url}/ai/v1/models`, { method: "GET", headers: KEY })).status;
}

function chat(headers: Readonly<Record<string, string>>) {
  const body = { model: "smart", messages: [{ role: "user", content: "hello" }] };
  return call(`${url}/ai/v1/chat/completions`, { headers, body });
}

function records(): Record<string, unknown>[] {
  return graft.lines.filter((line) => line["msg"] === "exchange");
}

test("AI requests go to a provider, in its own format and with its own key", async () => {
  const before = provider.requests.length;
  const { status, body } = await chat(KEY);
  expect({ status, body: JSON.parse(body.toString()) }).toMatchObject({ status: 200, body: { object: "chat.completion" } });
  const [request] = provider.requests.slice(before);
  expect(request).toMatchObject({
    path: "/v1/messages",
    headers: { "x-api-key": "sk-anthropic", host: new URL(provider.url).host },
  });
  expect(
    Object.keys(request?.headers ?? {}).filter((name) =>
      /^(authorization|x-client-id|x-envoy-|x-graft-|x-forwarded-)/.test(name),
    ),
  ).toEqual([]);
});

test("the caller is the one Envoy's filter found, not the one a client says it is", async () => {
  await chat({ ...KEY, "x-client-id": "team-red" });
  await graft.until("record", () => (records().length > 0 ? true : undefined));
  expect(records().at(-1)).toMatchObject({ caller: "api_key:|team-blue" });
});

test("who has no key is refused by Envoy's filter, in its own words", async () => {
  const before = provider.requests.length;
  expect(await chat({ host: "api.example.com" })).toMatchObject({ status: 401 });
  expect(provider.requests).toHaveLength(before);
});

test("the application's requests do not feel Graft", async () => {
  const seen = atApp.length;
  const { status, body, headers } = await call(`${url}/fine?x=1`, {
    headers: { ...KEY, "x-graft-note": "mine" },
    body: "as it is",
  });
  expect({ status, body: body.toString(), app: headers["x-app"] }).toEqual({
    status: 200,
    body: "from the application",
    app: "yes",
  });
  expect(atApp.slice(seen)).toMatchObject([{ url: "/fine?x=1", body: "as it is", headers: { "x-graft-note": "mine" } }]);
  expect(records().filter((record) => record["path"] === "/fine")).toEqual([]);
});

test("nor do their retries", async () => {
  const seen = atApp.length;
  expect(await call(`${url}/fails`, { headers: KEY, body: "again" })).toMatchObject({ status: 503 });
  expect(atApp.slice(seen).map(({ url: path, body }) => [path, body])).toEqual([
    ["/fails", "again"],
    ["/fails", "again"],
  ]);
});

test("without Graft, AI requests fail in OpenAI's shape and the application goes on", async () => {
  await graft.stop("SIGKILL");
  await envoy.until("notices", async () => ((await models()) === 503 ? true : undefined));
  const { status, headers, body } = await chat(KEY);
  expect(status).toBe(503);
  expect(headers["x-should-retry"]).toBe("true");
  expect(JSON.parse(body.toString())).toEqual({
    error: { message: expect.any(String), type: "server_error", param: null, code: "unavailable" },
  });
  expect(await call(`${url}/fine`, { headers: KEY, body: "" })).toMatchObject({ status: 200 });
});
