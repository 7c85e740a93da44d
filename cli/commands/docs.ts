import type { Command } from "commander";
import { configReference, KNOWN } from "../../plugins/config";

export function docs(program: Command): void {
  program
    .command("docs")
    .description("print the configuration reference in Markdown")
    .action(() => {
      process.stdout.write(configReference(KNOWN));
    });
}
