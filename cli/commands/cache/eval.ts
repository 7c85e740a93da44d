import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { CacheConfig, SemanticConfig } from "../../../plugins/cache/config";
import { evaluate, readPairs, showEval, THRESHOLDS } from "../../../plugins/cache/semantic/eval";
import { formatIssue, KNOWN, loadConfig } from "../../../plugins/config";
import type { Config } from "../../../plugins/config/schema";
import { systemClock } from "../../../plugins/core/clock";
import { ProviderPool } from "../../../plugins/provider-pool";
import { Upstream } from "../../../plugins/relay/upstream";
import { fetchEmbeddings } from "../../../plugins/side-calls";

interface EvalFlags {
  readonly config: string;
  readonly policy?: string;
  readonly threshold: readonly number[];
  readonly json?: boolean;
}

export function addEval(group: Command): void {
  group
    .command("eval <pairs.json>")
    .description("say what a similarity threshold would do to pairs of questions: hits, and hits that would be wrong")
    .option("--config <file>", "configuration with a semantic cache: its embeddings model gets the questions", "graft.yaml")
    .option("--policy <name>", "whose cache (default: the first that has a semantic one)")
    .option("--threshold <number>", "may be repeated (default: 0.80 to 0.99)", threshold, [] as number[])
    .option("--json", "print the table as JSON")
    .action(run);
}

async function run(file: string, flags: EvalFlags): Promise<void> {
  const pairs = readPairs(await readFile(file, "utf8"), file);
  // For whichever gateway it is: that of Kong may have no policies.
  const loaded = await loadConfig(flags.config, { vocabulary: KNOWN, env: process.env, host: "kong" });
  if (!loaded.ok) {
    for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue)}\n`);
    process.exitCode = 1;
    return;
  }
  const embed = embedder(loaded.config, semanticOf(loaded.config, flags));
  const table = await evaluate(pairs, embed, flags.threshold.length > 0 ? flags.threshold : THRESHOLDS);
  process.stdout.write(`${flags.json === true ? JSON.stringify(table, undefined, 2) : showEval(table)}\n`);
}

function semanticOf({ policies }: Config, { config: file, policy }: EvalFlags): SemanticConfig {
  if (policy !== undefined && policies[policy] === undefined)
    throw new Error(`${file} has no policy ${policy}; there are: ${Object.keys(policies).join(", ") || "(none)"}`);
  for (const [name, { plugins }] of Object.entries(policies)) {
    const settings: Readonly<Record<string, unknown>> = plugins;
    const semantic = (settings["cache"] as CacheConfig | undefined)?.semantic;
    if (semantic !== undefined && (policy ?? name) === name) return semantic;
  }
  throw new Error(`${file}: ${policy === undefined ? "no policy" : `policy ${policy}`} has no \`plugins.cache.semantic\``);
}

/** Of the policy's own model, so that what is measured is what it will do. */
function embedder({ providers }: Config, { embeddings }: SemanticConfig): (texts: string[]) => Promise<Float32Array[]> {
  const config = providers[embeddings.provider];
  if (config === undefined) throw new Error(`there is no provider ${embeddings.provider}`);
  const provider = new ProviderPool({ clock: systemClock, random: Math.random, newId: (prefix) => prefix }).get(
    embeddings.provider,
    config,
  );
  const upstream = new Upstream({ env: process.env });
  const limits = { timeoutMs: PATIENCE_MS, idleTimeoutMs: PATIENCE_MS, totalTimeoutMs: PATIENCE_MS };
  const target = { provider, model: embeddings.model, weight: 1, tags: embeddings.tags, ...limits };
  const options = {
    timeoutMs: PATIENCE_MS,
    ...(embeddings.dimensions === undefined ? {} : { dimensions: embeddings.dimensions }),
  };
  return async (texts) => [...(await fetchEmbeddings(upstream, target, texts, options)).vectors];
}

/** For one batch, where nobody waits for an answer. */
const PATIENCE_MS = 60_000;

function threshold(value: string, before: readonly number[]): number[] {
  const number = Number(value);
  if (value.trim() === "" || !(number >= 0 && number <= 1))
    throw new Error(`--threshold takes a number from 0 to 1, not ${value}`);
  return [...before, number];
}
