import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type AuditPlace, verifyAudit } from "../../plugins/audit/verify";
import { reportText } from "../../plugins/audit/verify/show-report";
import { formatIssue, KNOWN, loadConfig } from "../../plugins/config";

interface VerifyFlags {
  readonly config?: string;
  readonly dir: readonly string[];
  readonly anchor?: string;
  readonly keyFile?: string;
  readonly head: readonly string[];
  readonly since?: string;
  readonly json?: boolean;
}

const each = (value: string, before: readonly string[]): string[] => [...before, value];

export function audit(program: Command): void {
  const group = program.command("audit").description("the audit log");
  group
    .command("verify")
    .description("say whether anything in the audit log was changed, removed, added or moved; exit code 1 if so")
    .option("--config <file>", "configuration that says where the log is (default: graft.yaml, unless all below is given)")
    .option("--dir <directory>", "its files, where they were moved; may be repeated: all of them are taken together", each, [])
    .option("--anchor <directory>", "its anchors")
    .option("--key-file <file>", "file that holds its key")
    .option("--head <seq:mac>", "as the process log tells: a chain must have this record; may be repeated", each, [])
    .option("--since <time>", "do not miss what is from before: 2026-01-01, 2026-01-01T12:00Z")
    .option("--json", "print the report as JSON")
    .action(run);
}

async function run(flags: VerifyFlags): Promise<void> {
  const place = await placeOf(flags);
  if (place === undefined) {
    process.exitCode = 1;
    return;
  }
  const report = await verifyAudit(place, {
    heads: flags.head,
    since: flags.since === undefined ? undefined : timeOf(flags.since),
  });
  process.stdout.write(flags.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report));
  if (!report.ok) process.exitCode = 1;
}

/** `undefined` = the configuration is invalid, and that was said. */
async function placeOf({ config: file = "graft.yaml", dir, anchor, keyFile }: VerifyFlags): Promise<AuditPlace | undefined> {
  const key = keyFile === undefined ? undefined : (await readFile(keyFile, "utf8")).trim();
  if (dir.length > 0 && anchor !== undefined && key !== undefined) return { kind: "file", directories: dir, anchor, key };
  // For whichever gateway it is: that of Kong may have no policies.
  const loaded = await loadConfig(file, { vocabulary: KNOWN, env: process.env, host: "kong" });
  if (!loaded.ok) {
    for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue)}\n`);
    return undefined;
  }
  const { audit: config } = loaded.config;
  if (config === undefined) throw new Error(`${file} has no \`audit\`: no audit log is written`);
  const signed = { anchor: anchor ?? config.anchor, key: key ?? config.key };
  if (config.kind === "postgres" && dir.length === 0)
    return { kind: "postgres", url: config.url ?? "", schema: config.schema, ...signed };
  return { kind: "file", directories: dir.length > 0 ? dir : [config.directory], ...signed };
}

function timeOf(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`--since takes a time such as 2026-01-01, not ${text}`);
  return new Date(time).toISOString();
}
