// `npm test`: every check there is, then one line with the count. `unit` or `e2e` runs those tests only.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkNode, ensureModules, root } from "./freshness.mjs";

checkNode();
const only = process.argv[2];
if (only !== undefined && only !== "unit" && only !== "e2e") {
  console.error("usage: node scripts/test.mjs [unit|e2e]");
  process.exit(2);
}

const MAX_JEST_MINUTES = 15;
/** Real processes on a machine that is busy with others of them. */
const PATIENCE = "--testTimeout=30000";
/** They load the machine, or count on its being quiet. */
const ALONE = "test/hosts/faults/(aborts|half-dead|many-streams)[.]|test/e2e/(bounds|count-thread|load|processes)[.]";
const count = { passed: 0, failed: 0, skipped: 0 };

async function main() {
  if (!(await step("dependencies", async () => ensureModules()))) return;
  const built = await compiled();
  await servers();
  if (only !== "e2e") await step("unit tests (jest)", () => jest("unit", "--maxWorkers=2", PATIENCE));
  if (only !== "unit") await endToEnd(built);
}

/** Side by side: each of them keeps one core busy at most. @returns whether there is a dist/ of this source */
async function compiled() {
  const commands = [];
  if (only === undefined) {
    commands.push(["lint and format (biome)", bin("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."]);
    commands.push(["types (tsc)", bin("typescript/bin/tsc"), "--noEmit"]);
  }
  if (only !== "unit") commands.push(["build", join(root, "scripts", "build.mjs")]);
  const ended = await Promise.all(
    commands.map(([name, ...args]) => heard(process.execPath, ...args).then((it) => ({ name, ...it }))),
  );
  let built = true;
  for (const { name, status, output } of ended) {
    // The build is the last of them.
    built = await step(name, async () => {
      process.stdout.write(output);
      if (status !== 0) throw new Error(`exit status ${status}`);
    });
  }
  return built;
}

/** What tests need beside us. Without it they skip themselves; that the step failed counts. */
async function servers() {
  await step("redis", async () => {
    const { ensureRedis } = await import("./ensure-redis.mjs");
    process.env.REDIS_SERVER_BIN = await ensureRedis();
    console.log(process.env.REDIS_SERVER_BIN);
  });
  await step("postgres", async () => {
    const { ensurePostgres } = await import("./ensure-postgres.mjs");
    process.env.PG_BIN = await ensurePostgres();
    console.log(process.env.PG_BIN);
  });
}

async function endToEnd(built) {
  const found = await step("envoy", async () => {
    const { ensureEnvoy } = await import("./ensure-envoy.mjs");
    process.env.ENVOY_BIN = await ensureEnvoy();
    console.log(process.env.ENVOY_BIN);
  });
  if (!built || !found) return;
  await step("load (jest)", () => jest("e2e", `--testPathPatterns=${ALONE}`, "--runInBand", PATIENCE));
  // What they say does not depend on how fast they run.
  await step("end-to-end tests (jest)", () => jest("e2e", `--testPathIgnorePatterns=${ALONE}`, "--maxWorkers=2", PATIENCE));
}

/** A step that throws counts as one failure; the next ones run all the same. */
async function step(name, action) {
  console.log(`\n== ${name}`);
  try {
    await action();
    return true;
  } catch (error) {
    count.failed += 1;
    console.error(`== ${name} failed: ${error.message}`);
    return false;
  }
}

async function jest(project, ...options) {
  const output = join(tmpdir(), `graft-jest-${process.pid}-${project}.json`);
  const args = ["--ci", "--json", `--outputFile=${output}`, ...options, "--selectProjects", project];
  const status = await groupExitOf(process.execPath, bin("jest/bin/jest"), ...args);
  let result;
  try {
    result = JSON.parse(readFileSync(output, "utf8"));
  } catch {
    throw new Error("jest wrote no result");
  } finally {
    rmSync(output, { force: true });
  }
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  count.passed += result.numPassedTests;
  count.failed += failed;
  count.skipped += result.numPendingTests + result.numTodoTests;
  if (status !== 0 && failed === 0) throw new Error(`jest ended with status ${status}`);
}

function bin(script) {
  return createRequire(import.meta.url).resolve(script);
}

/** A command to its end, and all it says. */
async function heard(command, ...args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const [status, signal] = await once(child, "close");
  return { status: status ?? signal, output };
}

/**
 * The status of a command that may start others: none of them outlives it, and all are ended when it takes too long. A test that failed
 * before it closed what it had opened would else keep jest, and whoever reads its output, waiting for ever.
 */
async function groupExitOf(command, ...args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], detached: true });
  const end = () => killGroup(child.pid);
  const stop = () => {
    end();
    process.exit(130);
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, MAX_JEST_MINUTES * 60_000);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const [status, signal] = await once(child, "exit");
  clearTimeout(timer);
  process.off("SIGINT", stop).off("SIGTERM", stop);
  end();
  if (late) throw new Error(`not finished after ${MAX_JEST_MINUTES} minutes`);
  if (signal !== null) throw new Error(`ended by ${signal}`);
  return status;
}

function killGroup(leader) {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

await main();
const skipped = count.skipped === 0 ? "" : `, ${count.skipped} skipped`;
console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`);
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
