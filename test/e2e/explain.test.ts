/** `graft explain` as an operator runs it: with a provider that would tell if anybody came. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./support/stack";

jest.setTimeout(60_000);

const directory = mkdtempSync(join(tmpdir(), "graft-explain-"));
let provider: Server;
let connections = 0;

beforeAll(async () => {
  provider = createServer().on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    provider.listen(0, "127.0.0.1", resolve);
  });
  const { port } = provider.address() as AddressInfo;
  const config = `version: 1
providers:
  main: { kind: openai, api_keys: [sk-secret], base_url: "http://127.0.0.1:${port}/v1" }
policies:
  default:
    models:
      - name: smart
        targets:
          - { provider: main, model: gpt-4o, region: eu-west-1, tags: [no-training] }
          - { provider: main, model: gpt-4o-mini }
    plugins:
      rate_limit: { limits: [{ name: tokens, unit: input_tokens, limit: 100, by: [caller] }] }
store: { kind: redis, redis: { url: "redis://127.0.0.1:${port}" } }
usage: { path: "${directory}/usage.db" }
`;
  writeFileSync(join(directory, "graft.yaml"), config);
});

afterAll(() => {
  provider.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function graft(args: readonly string[], input: string): Promise<Run> {
  return new Promise((resolve) => {
    const done = (error: Error | null, out: string, err: string): void =>
      resolve({ code: error === null ? 0 : Number((error as { code?: unknown }).code ?? 1), out, err });
    const main = join(ROOT, "dist/cli/main.js");
    const child = execFile(
      process.execPath,
      [main, "explain", join(directory, "graft.yaml"), ...args],
      { timeout: 30_000 },
      done,
    );
    child.stdin?.end(input);
  });
}

const body = (content: string) => JSON.stringify({ model: "smart", messages: [{ role: "user", content }] });

test("for people, from standard input", async () => {
  const { code, out, err } = await graft(["--request", "-", "--caller", "header:|alice", "--show-body"], body("hi"));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("caller  header:|alice; 127.0.0.1");
  expect(out).toMatch(/ 1 {2}main\/gpt-4o +eu-west-1 +no-training +8 +to \d+ +[\d.]+ to [\d.]+\n/);
  expect(out).toContain("  authorization: ***\n");
  expect(out).toContain('"content": "hi"');
  expect(out).toContain("The client gets\n  the answer of main/gpt-4o\n");
  expect(out).not.toContain("sk-secret");
});

test("for programs, from a file; refused", async () => {
  const file = join(directory, "request.json");
  writeFileSync(file, body("word ".repeat(200)));
  const { code, out } = await graft(["--request", file, "--team", "a", "--json"], "");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    policy: "default",
    caller: { id: "explain:|sample", team: "a" },
    facts: [{ kind: "limit-refused", limit: "tokens" }],
    error: { status: 429, code: "rate_limit_exceeded" },
    requests: [],
  });
});

test.each([
  [["--request", "-", "--policy", "other"], 'there is no policy "other"; there are: default'],
  [["--request", "-", "--header", "x"], 'a header is written as "name: value"'],
  [["--request", "/nowhere.json"], "ENOENT"],
  [[], "required option '--request <file>' not specified"],
  [["--request", "-", "--host", "nginx"], "Allowed choices are"],
])("%j: what is wrong", async (args, message) => {
  const { code, err } = await graft(args, body("hi"));
  expect(code).toBe(1);
  expect(err).toContain(message);
});

test("nobody was called", () => {
  expect(connections).toBe(0);
});
