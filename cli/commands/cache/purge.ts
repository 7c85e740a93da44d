import type { Command } from "commander";
import { namespacesOf, purge } from "../../../plugins/cache/purge";
import { formatIssue, KNOWN, loadConfig } from "../../../plugins/config";
import type { Config } from "../../../plugins/config/schema";
import { systemClock } from "../../../plugins/core/clock";
import { openStores } from "../../../plugins/open-stores";

interface PurgeFlags {
  readonly config: string;
  readonly namespace: readonly string[];
  readonly admin?: string;
}

const each = (value: string, before: readonly string[]): string[] => [...before, value];

export function addPurge(group: Command): void {
  group
    .command("purge")
    .description("forget them: nothing that is kept now, or being made, is served again")
    .option("--config <file>", "configuration", "graft.yaml")
    .option("--namespace <name>", "only these; may be repeated (default: those of all policies with a cache)", each, [])
    .option("--admin <host:port>", "process to ask, where answers are kept in memory (default: `admin.listen`)")
    .action(run);
}

async function run(flags: PurgeFlags): Promise<void> {
  // For whichever gateway it is: that of Kong may have no policies.
  const loaded = await loadConfig(flags.config, { vocabulary: KNOWN, env: process.env, host: "kong" });
  if (!loaded.ok) {
    for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue)}\n`);
    process.exitCode = 1;
    return;
  }
  const { config } = loaded;
  const namespaces = flags.namespace.length > 0 ? flags.namespace : namespacesOf(config.policies);
  if (namespaces.length === 0) throw new Error(`no policy of ${flags.config} has a cache; name one with --namespace`);
  if (config.store.kind === "memory") await purgeProcess(config, namespaces, flags.admin ?? config.admin.listen);
  else await purgeStore(config, namespaces);
  process.stdout.write(`purged: ${namespaces.join(", ")}\n`);
}

async function purgeStore(config: Config, namespaces: readonly string[]): Promise<void> {
  const stores = await openStores(config.store, systemClock);
  try {
    await purge(namespaces, stores.kv);
  } finally {
    await stores.close();
  }
}

/** Its memory is its own: it has to do it itself. */
async function purgeProcess(config: Config, namespaces: readonly string[], admin: string): Promise<void> {
  const query = new URLSearchParams();
  for (const name of namespaces) query.append("namespace", name);
  const { token } = config.admin;
  const headers = { "x-graft-admin": "purge", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  let answer: Response;
  try {
    answer = await fetch(`http://${admin}/cache/purge?${query}`, { method: "POST", headers });
  } catch (thrown) {
    throw new Error(`no Graft process answers at ${admin}: start it, or say where it is with --admin`, { cause: thrown });
  }
  if (!answer.ok) throw new Error(`${admin} answered with status ${answer.status}: ${await answer.text()}`);
}
