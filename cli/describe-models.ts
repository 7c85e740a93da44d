import type { PolicyConfig } from "../plugins/config";

/** One line for each alias: name, strategy, targets. */
export function describeModels({ models }: PolicyConfig): string {
  const width = Math.max(...models.map((model) => model.name.length));
  const lines = models.map(({ name, strategy, targets }) => {
    const weighted = strategy === "weighted";
    const chain = targets.map((to) => `${to.provider}/${to.model}${weighted ? ` (${to.weight})` : ""}`);
    return `  ${name.padEnd(width)}  ${strategy}  ${chain.join(weighted ? ", " : " → ")}`;
  });
  return lines.join("\n");
}
