import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { type Config, formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import type { Caller } from "../../plugins/core/exchange";
import { HOSTS, type HostName } from "../../plugins/core/host";
import { explain as explainSample, explanationText } from "../../plugins/explain";

interface ExplainFlags {
  readonly policy?: string;
  readonly request: string;
  readonly caller?: string;
  readonly team?: string;
  readonly group: readonly string[];
  readonly tag: readonly string[];
  readonly header: readonly string[];
  readonly ip: string;
  readonly route?: string;
  readonly host?: HostName;
  readonly showBody?: boolean;
  readonly json?: boolean;
}

const STDIN = 0;

export function explain(program: Command): void {
  const several = (value: string, before: string[]) => [...before, value];
  program
    .command("explain")
    .description("say what a policy would do with a request, and what it would cost, without sending anything")
    .argument("[file]", "configuration", "graft.yaml")
    .requiredOption("--request <file>", "the request's body as a client would send it, - for standard input")
    .option("--policy <name>", "policy (default: the only one)")
    .option("--caller <id>", "who asks: `header:|alice`, `consumer:|alice` … (default: anonymous)")
    .option("--team <team>", "the caller's team")
    .option("--group <group>", "a group of the caller; may be repeated", several, [])
    .option("--tag <tag>", "a tag of the caller; may be repeated", several, [])
    .option("--header <line>", 'a request header, "name: value"; may be repeated', several, [])
    .option("--ip <address>", "the caller's address", "127.0.0.1")
    .option("--route <name>", "the gateway's route")
    .addOption(new Option("--host <host>", "the gateway it comes through (default: envoy)").choices(Object.keys(HOSTS)))
    .option("--show-body", "print the bodies that providers would receive")
    .option("--json", "print the result as JSON")
    .action(run);
}

async function run(file: string, flags: ExplainFlags): Promise<void> {
  const host = flags.host === undefined ? {} : { host: flags.host };
  // Not even names are looked up.
  const loaded = await loadConfig(file, { vocabulary: KNOWN, env: process.env, resolve: async () => [], ...host });
  for (const issue of loaded.ok ? loaded.warnings : loaded.issues) process.stderr.write(`${formatIssue(issue)}\n`);
  if (!loaded.ok) {
    process.exitCode = 1;
    return;
  }
  const sample = {
    policy: flags.policy ?? onlyPolicy(loaded.config),
    body: readFileSync(flags.request === "-" ? STDIN : flags.request),
    caller: callerOf(flags),
    headers: flags.header,
    route: flags.route,
  };
  const options = { host: flags.host ?? "envoy", showBody: flags.showBody === true };
  const explanation = await explainSample(loaded.config, loaded.hash, sample, options);
  process.stdout.write(flags.json === true ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanationText(explanation));
}

function onlyPolicy({ policies }: Config): string {
  const [name, ...others] = Object.keys(policies);
  if (name === undefined)
    throw new Error("the configuration has no policies; those that Kong's own configuration holds cannot be explained");
  if (others.length > 0) throw new Error(`--policy says which: ${[name, ...others].join(", ")}`);
  return name;
}

function callerOf({ caller, team, group: groups, tag: tags, ip }: ExplainFlags): Caller {
  const known = caller !== undefined || team !== undefined || groups.length > 0 || tags.length > 0;
  const id = caller ?? (known ? "explain:|sample" : `ip:${ip}`);
  return { id, anonymous: !known, groups, tags, ip, ...(team === undefined ? {} : { team }) };
}
