import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { type Config, formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { isoTime } from "../../plugins/core/clock";
import {
  describeAll,
  describePrices,
  diffTables,
  diffText,
  doubts,
  installedTable,
  MAX_TABLE_BYTES,
  type PricedTarget,
  type PriceReport,
  Prices,
  type PriceTable,
  priceText,
  readTable,
  tableText,
} from "../../plugins/prices";
import { readSource } from "../read-source";

/** Where the table that comes with Graft is from, always its newest. */
const PUBLISHED = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json";

interface ShowFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly estimate?: boolean;
}

interface UpdateFlags {
  readonly to?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function prices(program: Command): void {
  const group = program.command("prices").description("what models cost");
  group
    .command("show", { isDefault: true })
    .description("print the prices in force for the targets of a configuration, with where they are from and how old they are")
    .option("--config <file>", "configuration (default: graft.yaml)")
    .option("--all", "show every price of the table; without --config, of the one that came with Graft")
    .option("--estimate", "show what models of unknown price would be estimated at")
    .option("--json", "print the result as JSON")
    .action(show);
  group
    .command("update")
    .description("print what a newer table of prices would change; with --to, write it to where `prices.table_file` reads it")
    .argument("[source]", "the newer table: a file or https address of genai-prices' data.json", PUBLISHED)
    .option("--to <file>", "what `prices.table_file` of the configuration names")
    .option("--force", "also if models are missing from it, or prices fall below a tenth")
    .option("--json", "print the changes as JSON")
    .action(update);
}

async function show(flags: ShowFlags): Promise<void> {
  const now = Date.now();
  if (flags.all === true && flags.config === undefined) return write(describeAll(installedTable(), now), flags);
  const loaded = await loadConfig(flags.config ?? "graft.yaml", { vocabulary: KNOWN, env: process.env });
  if (!loaded.ok) {
    for (const issue of loaded.issues) process.stderr.write(`${formatIssue(issue)}\n`);
    process.exitCode = 1;
    return;
  }
  const { config } = loaded;
  const found = new Prices(config.prices.overrides, config.priceTable);
  if (flags.all === true) write(describeAll(found.table, now), flags);
  else write(describePrices(found, targetsOf(config), now, flags.estimate === true), flags);
}

function write(report: PriceReport, { json }: ShowFlags): void {
  process.stdout.write(json === true ? `${JSON.stringify(report, undefined, 2)}\n` : priceText(report));
}

async function update(source: string, { to, force, json }: UpdateFlags): Promise<void> {
  const { text, name } = await readSource(source, MAX_TABLE_BYTES);
  const newer = readTable(text, name);
  // At first what came with Graft is in force.
  const before = to !== undefined && existsSync(to) ? tableAt(to) : installedTable();
  const diff = diffTables(before, newer);
  process.stdout.write(json === true ? `${JSON.stringify(diff, undefined, 2)}\n` : diffText(diff));
  if (to === undefined) return;
  const doubtful = doubts(diff, before);
  if (doubtful.length > 0 && force !== true) {
    const shown = doubtful.slice(0, 20).join("\n  ");
    throw new Error(`${to} was left as it is (--force writes it all the same):\n  ${shown}`);
  }
  // A file that was written by us has its source and day already.
  replaceFile(to, newer.asOf === undefined ? tableText(newer, name, isoTime(Date.now()).slice(0, 10)) : text);
  process.stderr.write(`${to} is written\n`);
}

/** A reader sees the old file or the new one, never half of it. */
function replaceFile(file: string, text: string): void {
  const half = `${file}.${process.pid}`;
  try {
    writeFileSync(half, text);
    renameSync(half, file);
  } finally {
    rmSync(half, { force: true });
  }
}

function tableAt(file: string): PriceTable {
  return readTable(readFileSync(file, "utf8"), file);
}

function targetsOf(config: Config): PricedTarget[] {
  return Object.values(config.policies).flatMap(({ models }) =>
    models.flatMap(({ targets }) =>
      targets.flatMap(({ provider: name, model }) => {
        const provider = config.providers[name];
        return provider === undefined ? [] : [{ provider: { name, kind: provider.kind, baseUrl: provider.base_url }, model }];
      }),
    ),
  );
}
