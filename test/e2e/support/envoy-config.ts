/** `graft envoy-config` as an operator calls it. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { Fragment } from "../../../envoy/config";
import { envoyBinary, ROOT } from "./stack";

const run = promisify(execFile);
const CLI = join(ROOT, "dist/cli/main.js");

export function printed(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [CLI, "envoy-config", ...args], { env: { ...process.env, ...env } });
}

/** The pieces as they stand in the text, each with the name that its heading gives. */
export function readFragments(text: string): Fragment[] {
  return text.split("\n---\n").map((document) => {
    const [, name = "", where = ""] = /^# \d+ of \d+: (.*)\n\n((?:#.*\n)+)/.exec(document) ?? [];
    const value: object = parse(document);
    return { name, where, value };
  });
}

/** @throws with Envoy's words when it refuses the configuration */
export async function validate(directory: string, text: string): Promise<void> {
  const path = join(directory, "envoy.yaml");
  writeFileSync(path, text);
  const { stdout } = await run(envoyBinary(), ["--mode", "validate", "-c", path, "-l", "error"]);
  if (!stdout.includes("OK")) throw new Error(stdout);
}
