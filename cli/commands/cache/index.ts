import type { Command } from "commander";
import { addEval } from "./eval";
import { addPurge } from "./purge";

export function cache(program: Command): void {
  const group = program.command("cache").description("answers that are kept");
  addPurge(group);
  addEval(group);
}
