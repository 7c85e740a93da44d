import type { Command } from "commander";
import { formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { openUsageStore } from "../../plugins/open-usage";
import { QueryFault, readQuery } from "../../plugins/usage/report/read-query";
import { reportCsv, reportJson, reportText } from "../../plugins/usage/report/show-report";

interface UsageFlags {
  readonly config: string;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
  readonly limit?: string;
  readonly where: readonly string[];
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function usage(program: Command): void {
  program
    .command("usage")
    .description("say who used what and what it cost, from the usage store of a configuration")
    .option("--config <file>", "configuration", "graft.yaml")
    .option("--since <time>", "from so long ago: 30d, 12h, 90m (default: 30d)")
    .option("--from <time>", "from this time: 2026-11-20, 2026-11-20T14:00Z")
    .option("--to <time>", "up to this time, not included (default: now)")
    .option(
      "--by <names>",
      "a line for each: model, target, alias, user, team, feature, project, tag, policy, provider, status, day, hour",
    )
    .option(
      "--where <field=value>",
      "only these; may be repeated",
      (value: string, before: string[]) => [...before, value],
      [] as string[],
    )
    .option("--limit <n>", "the dearest lines only (default: 1000)")
    .option("--json", "print the report as JSON")
    .option("--csv", "print the lines as CSV")
    .action(run);
}

async function run(flags: UsageFlags): Promise<void> {
  // For whichever gateway it is: that of Kong may have no policies.
  const loaded = await loadConfig(flags.config, { vocabulary: KNOWN, env: process.env, host: "kong" });
  if (!loaded.ok) {
    for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue)}\n`);
    process.exitCode = 1;
    return;
  }
  const { usage: config } = loaded.config;
  if (config === undefined) throw new Error(`${flags.config} has no \`usage\`: no records are kept`);
  const { since, from, to, limit, by: groupBy } = flags;
  const query = readQuery({ since, from, to, limit, groupBy, where: flags.where.map(pair) }, Date.now());
  const store = await openUsageStore(config);
  try {
    const report = await store.query(query);
    const show = flags.csv === true ? reportCsv : flags.json === true ? indented : reportText;
    process.stdout.write(show(report, query.groupBy));
  } finally {
    await store.close();
  }
}

function indented(...[report, groupBy]: Parameters<typeof reportJson>): string {
  return `${JSON.stringify(reportJson(report, groupBy), undefined, 2)}\n`;
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at === -1) throw new QueryFault(`--where takes field=value, not ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
