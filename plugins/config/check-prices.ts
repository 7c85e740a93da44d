/** `prices`: names that fit nothing, and the table it may name. */
import { resolve } from "node:path";
import { checkOverrides, type PriceTable, readTable } from "../prices";
import type { Inspection } from "./inspection";
import { FaultInTemplate } from "./interpolate";
import type { Finding } from "./issue";
import { namedTargets } from "./named-targets";
import type { ConfigFiles } from "./read-files";
import type { ParsedConfig } from "./schema";

/** @param others may name targets as well, in configurations that are not here */
export function checkPrices(it: Inspection, others: boolean): void {
  const labels = namedTargets(it.config).map(({ provider, model }) => `${provider}/${model}`);
  for (const [name, problem] of checkOverrides(it.config.prices.overrides, labels)) {
    const path = ["prices", "overrides", name];
    if (others) it.warn(path, problem, "key");
    else it.error(path, problem, "key");
  }
}

/** The table of `table_file`, or what is wrong with it. @param directory relative paths start here */
export async function readPriceTable(
  { prices }: ParsedConfig,
  directory: string,
  files: ConfigFiles,
): Promise<{ readonly table?: PriceTable; readonly findings: readonly Finding[] }> {
  if (prices.table_file === undefined) return { findings: [] };
  try {
    const file = resolve(directory, prices.table_file);
    return { table: readTable(await files.config(file), prices.table_file), findings: [] };
  } catch (thrown) {
    if (!(thrown instanceof Error) && !(thrown instanceof FaultInTemplate)) throw thrown;
    const path = ["prices", "table_file"];
    return { findings: [{ severity: "error", path, at: "value", message: thrown.message }] };
  }
}
