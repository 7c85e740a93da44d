import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { kong } from "../../cli/commands/kong";
import { makeDirectory, removeDirectories } from "../config/support";

afterAll(removeDirectories);

/** Why the command in this process refuses to run; what it writes on the way is not kept. */
async function refusal(...args: string[]): Promise<string> {
  const silenced = (["stdout", "stderr"] as const).map((name) => jest.spyOn(process[name], "write").mockReturnValue(true));
  try {
    const program = new Command("graft").exitOverride();
    kong(program);
    const all = (command: Command): void => {
      command.exitOverride();
      command.commands.forEach(all);
    };
    all(program);
    await program.parseAsync(["node", "graft", "kong", ...args]);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    for (const spy of silenced) spy.mockRestore();
  }
  throw new Error("it was not refused");
}

test.each([
  ["--socket-mode", "0888", '"0888" is not a file mode'],
  ["--socket-mode", "", '"" is not a file mode'],
  ["--socket-mode", "01660", '"01660" is not a file mode'],
  ["--relay-port", "0", "--relay-port takes 1 to 65535, not 0"],
  ["--relay-port", "65536", "--relay-port takes 1 to 65535, not 65536"],
  ["--relay-port", "1e3", "--relay-port takes 1 to 65535, not 1e3"],
  ["--relay-port", " 80", "--relay-port takes 1 to 65535"],
  ["--drain-timeout-ms", "1.5", "--drain-timeout-ms takes milliseconds, not 1.5"],
  ["--drain-timeout-ms", "", "--drain-timeout-ms takes milliseconds"],
  ["--log-level", "loud", "Allowed choices are trace, debug, info, warn, error, silent"],
  ["--sockets", "x", "unknown option '--sockets'"],
])("serve %s %j is refused before anything starts", async (flag, value, says) => {
  const socket = join(makeDirectory(), "graft.sock");
  expect(await refusal("serve", "--socket", socket, flag, value)).toContain(says);
  expect(existsSync(socket)).toBe(false);
});

test("serve without a socket is refused", async () => {
  expect(await refusal("serve")).toContain("required option '--socket <path>' not specified");
});

test.each(["grafts", "", "GRAFT", "__proto__"])("info %j: there is no such plugin", async (name) => {
  expect(await refusal("info", name)).toBe(`there is no plugin ${name}; there are graft and graft-log`);
});
