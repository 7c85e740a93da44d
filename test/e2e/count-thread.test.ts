/** The worker thread of the built program: its file is found, it counts off the event loop, and it keeps no process alive. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./support/stack";

const run = promisify(execFile);

interface Printed {
  readonly loaded: boolean;
  readonly rounds: readonly Readonly<Record<string, { readonly exact: boolean; readonly delayMs: number }>>[];
}

test("hostile prompts are counted in the thread, and the process ends by itself", async () => {
  const script = path.join(ROOT, "test/e2e/support/count-hostile.js");
  const { stdout } = await run(process.execPath, [script, path.join(ROOT, "dist/plugins/tokens")], { timeout: 60_000 });
  const { loaded, rounds }: Printed = JSON.parse(stdout);
  expect(loaded).toBe(true);
  for (const round of rounds)
    for (const [name, { exact }] of Object.entries(round)) expect([name, exact]).toEqual([name, name !== "10 MB of prose"]);
  const delays = Object.keys(rounds[0] ?? {}).map((name) => `${name}: ${rounds.map((round) => round[name]?.delayMs).join(", ")}`);
  console.info(`longest delay of a timer in ms, in three rounds:\n${delays.join("\n")}`);
  expect(rounds).toHaveLength(3);
}, 70_000);
