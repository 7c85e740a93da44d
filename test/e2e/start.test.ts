import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { freePort } from "./support/ports";
import { Program } from "./support/process";
import { envoyBinary, ROOT } from "./support/stack";

jest.setTimeout(60_000);

const CLI = join(ROOT, "dist/cli/main.js");

function start(port: number, env: NodeJS.ProcessEnv = {}): Program {
  const keys = { OPENAI_API_KEY: "", ANTHROPIC_API_KEY: "", GEMINI_API_KEY: "" };
  return new Program("graft start", process.execPath, [CLI, "start"], {
    ENVOY_BIN: envoyBinary(),
    PORT: String(port),
    ...keys,
    ...env,
  });
}

async function welcome(program: Program): Promise<string> {
  return program.until(
    "welcome",
    () => (program.output.includes("Ctrl-C stops everything.") ? program.output : undefined),
    40_000,
  );
}

/** Processes whose command line names this directory. */
function processesIn(directory: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((line) => line.includes(directory));
}

function ask(url: string, model: string, stream = false): Promise<Response> {
  const body = JSON.stringify({ model, stream, messages: [{ role: "user", content: "Hello!" }] });
  return fetch(`${url}/chat/completions`, { method: "POST", headers: { "content-type": "application/json" }, body });
}

test("one command: demo provider, Graft and Envoy; a signal stops all and leaves nothing behind", async () => {
  const port = await freePort();
  const program = start(port);
  try {
    const text = await welcome(program);
    const url = `http://127.0.0.1:${port}/v1`;
    expect(text).toContain(`base URL       ${url}`);
    const directory = /(\S+)\/graft\.yaml/.exec(text)?.[1] ?? "";

    for (const model of ["demo-openai", "demo-claude", "demo-gemini", "balanced"]) {
      const answer = await ask(url, model);
      expect([model, answer.status]).toEqual([model, 200]);
      expect(await answer.json()).toMatchObject({ object: "chat.completion", choices: [{ finish_reason: "stop" }] });
    }
    const second = await ask(url, "smart");
    expect(second.status).toBe(200);
    expect(second.headers.get("x-graft-target")).toBe("demo-anthropic/demo-claude");
    expect(second.headers.get("x-graft-attempts")).toBe("2");
    await second.text();
    const streamed = await ask(url, "demo-gemini", true);
    expect(await streamed.text()).toMatch(/^data: \{[\s\S]*\ndata: \[DONE\]\n\n$/);
    const limited = [1, 2, 3, 4].map(async () => (await ask(url, "limited")).status);
    expect((await Promise.all(limited)).sort()).toEqual([200, 200, 200, 429]);

    const mail = JSON.stringify({ model: "demo-openai", messages: [{ role: "user", content: "Write to jane@example.com" }] });
    const [, explain = ""] = /npx graft (explain .*)/.exec(text) ?? [];
    const explained = execFileSync(process.execPath, [CLI, ...explain.split(" ")], { encoding: "utf8", input: mail });
    expect(explained).toContain("Write to <EMAIL_1>");
    expect(explained).not.toContain("jane@");

    // As it stands there, in a shell that knows nothing of this process.
    const [, words = ""] = /npx graft (usage .*)/.exec(text) ?? [];
    const report = (): string => execFileSync(process.execPath, [CLI, ...words.split(" ")], { encoding: "utf8" });
    await program.until("ten requests in the books", () => (/^total +10 +1 /m.test(report()) ? true : undefined));

    writeFileSync(
      join(directory, "graft.yaml"),
      readFileSync(join(directory, "graft.yaml"), "utf8").replace("name: balanced", "name: renamed"),
    );
    await program.until("the changed model", async () => ((await ask(url, "renamed")).status === 200 ? true : undefined));

    program.signal("SIGINT");
    await expect(program.exit).resolves.toBe(0);
    expect(existsSync(directory)).toBe(false);
    expect(processesIn(directory)).toEqual([]);
    await expect(fetch(`${url}/models`)).rejects.toThrow();
  } finally {
    await program.stop();
  }
});

test("a port in use is said clearly, and nothing is left running", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const program = start(port);
    await expect(program.exit).resolves.toBe(1);
    expect(program.output).toBe(`port ${port} is in use. Stop what uses it, or choose another one: PORT=10080 npm start\n`);
  } finally {
    server.close();
  }
});

test.each([
  ["PORT", "eighty", "PORT must be a number from 1 to 65535, not eighty"],
  ["ENVOY_BIN", "/nowhere/envoy", "/nowhere/envoy could not be started"],
])("a bad %s is said clearly", async (name, value, expected) => {
  const program = start(await freePort(), { [name]: value });
  await expect(program.exit).resolves.toBe(1);
  expect(program.output).toContain(expected);
});

test("a signal while starting stops what has been started", async () => {
  const program = start(await freePort());
  const directory = await program.until("Graft", () => /"unix:\/\/(\S+)\/graft\.sock"/.exec(program.output)?.[1]);
  program.signal("SIGTERM");
  await expect(program.exit).resolves.toBe(0);
  expect(existsSync(directory)).toBe(false);
  expect(processesIn(directory)).toEqual([]);
});
