import { Command } from "commander";
import { COMMANDS } from "../../cli/commands";

test.each(Object.entries(COMMANDS))("%s adds the command of its name, and no other", (name, load) => {
  const program = new Command("graft");
  load()(program);
  expect(program.commands.map((command) => command.name())).toEqual([name]);
});
