import type { Command } from "commander";
import { configJsonSchema, KNOWN } from "../../plugins/config";

export function schema(program: Command): void {
  program
    .command("schema")
    .description("print the JSON Schema of graft.yaml, for editors")
    .action(() => {
      process.stdout.write(`${JSON.stringify(configJsonSchema(KNOWN), undefined, 2)}\n`);
    });
}
