#!/usr/bin/env node
/** The `graft` command. */
import { Command } from "commander";
import { version } from "../plugins/package-root";
import { COMMANDS } from "./commands";

const program = new Command("graft")
  .description("AI traffic management inside the API gateway you already run")
  .version(version())
  .showHelpAfterError();
for (const add of COMMANDS) add(program);

program.parseAsync().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
});
