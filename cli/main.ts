#!/usr/bin/env node
/** The `graft` command. */
import { Command } from "commander";
import { version } from "../plugins/package-root";
import { COMMANDS } from "./commands";

const program = new Command("graft")
  .description("AI traffic management inside the API gateway you already run")
  .version(version())
  .showHelpAfterError();
const [first = ""] = process.argv.slice(2);
const named = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
// All of them for who does not name one: help, and what was meant by a word that is none.
for (const load of named === undefined ? Object.values(COMMANDS) : [named]) load()(program);

program.parseAsync().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
});
