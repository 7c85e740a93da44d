import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { startDemoProvider } from "../../demo/server";
import { envoyConfig, printYaml } from "../../envoy/config";
import { serveEnvoy } from "../../envoy/serve";
import { type Config, formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { packageRoot, version } from "../../plugins/package-root";
import { Closers } from "../start/closers";
import { composeConfig } from "../start/compose-config";
import { runEnvoy, untilAnswers } from "../start/envoy-process";
import { trustedAuthorities } from "../start/trusted-authorities";
import { welcome } from "../start/welcome";

const READY_WITHIN_MS = 20_000;

/** Demo provider, Graft and Envoy on loopback, until a signal; leaves nothing behind. */
export function start(program: Command): void {
  program
    .command("start")
    .description("try Graft on this machine: a demo provider, Graft and Envoy ($PORT, default 10000; $ENVOY_BIN)")
    .action(async () => {
      const closers = new Closers();
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal).then(() => signal));
      try {
        await Promise.race([...signals, run(closers)]);
      } finally {
        // Further signals change nothing: everything is being stopped.
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
        await closers.close();
      }
    });
}

/** @throws Error when something cannot be started, or ends by itself */
async function run(closers: Closers): Promise<never> {
  const port = portFrom(process.env["PORT"]);
  await mustBeFree(port);

  const directory = mkdtempSync(join(tmpdir(), "graft-"));
  closers.add(() => rmSync(directory, { recursive: true, force: true }));
  const demo = await startDemoProvider();
  closers.add(() => demo.close());

  const configPath = join(directory, "graft.yaml");
  const { env } = process;
  // Not by a variable: `graft usage`, `check` and `prices` read the same file in another shell.
  const text = readFileSync(join(packageRoot(), "examples", "demo.yaml"), "utf8").replaceAll("${DEMO_URL}", demo.url);
  const addresses = { listen: `127.0.0.1:${port}`, socket: `unix://${directory}/graft.sock`, admin: "127.0.0.1:0" };
  writeFileSync(configPath, composeConfig(text, addresses, env));
  const config = await load(configPath, env);
  const graft = await serveEnvoy({ configPath, env, logLevel: "info" });
  closers.add(async () => {
    await graft.drain(0, 2000);
  });

  const envoyPath = join(directory, "envoy.yaml");
  const caBundle = trustedAuthorities(directory, env);
  writeFileSync(envoyPath, printYaml(envoyConfig(config, { version: version(), caBundle }), "made by graft start"));
  const envoy = runEnvoy(process.env["ENVOY_BIN"] ?? "envoy", envoyPath, (line) => console.error(`envoy: ${line}`));
  closers.add(() => envoy.stop());

  const stopping = new AbortController();
  closers.add(() => stopping.abort());
  const url = `http://127.0.0.1:${port}/v1`;
  const broken = envoy.ended.then((words): never => {
    throw new Error(words);
  });
  await Promise.race([untilAnswers(`${url}/models`, READY_WITHIN_MS, stopping.signal), broken]);
  const policy = config.policies["default"];
  if (policy !== undefined) process.stdout.write(welcome({ url, directory, admin: graft.admin, policy }));
  return broken;
}

async function load(path: string, env: NodeJS.ProcessEnv): Promise<Config> {
  const result = await loadConfig(path, { vocabulary: KNOWN, env });
  if (!result.ok) throw new Error(result.issues.map(formatIssue).join("\n"));
  return result.config;
}

function portFrom(text = "10000"): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) throw new Error(`PORT must be a number from 1 to 65535, not ${text}`);
  return port;
}

/** Asked before anything is started, so that the answer is clear. @throws Error */
async function mustBeFree(port: number): Promise<void> {
  const server = createServer();
  const free = once(server, "listening");
  server.listen(port, "127.0.0.1");
  try {
    await free;
  } catch (thrown) {
    const reason =
      thrown instanceof Error && "code" in thrown && thrown.code === "EADDRINUSE"
        ? "is in use"
        : `cannot be used (${String(thrown)})`;
    throw new Error(`port ${port} ${reason}. Stop what uses it, or choose another one: PORT=10080 npm start`);
  }
  server.close();
  await once(server, "close");
}
