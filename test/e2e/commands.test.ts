/** The command line itself: each command is read alone when it is called, and all of them when none is. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../cli/commands";
import { version } from "../../plugins/package-root";
import { ROOT } from "./support/stack";

function graft(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "dist/cli/main.js"), ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("--version", () => {
  expect(graft("--version")).toEqual({ status: 0, stdout: `${version()}\n`, stderr: "" });
});

test("help tells of every command, and of one", () => {
  const all = graft("--help").stdout;
  const listed = [...all.slice(all.indexOf("\nCommands:")).matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name);
  expect(listed).toEqual([...Object.keys(COMMANDS), "help"]);
  expect(graft("help", "check").stdout).toBe(graft("check", "--help").stdout);
});

test.each(["chek", "__proto__"])("%j is no command", (word) => {
  const { status, stdout, stderr } = graft(word);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(`error: unknown command '${word}'`);
  if (word === "chek") expect(stderr).toContain("Did you mean check?");
});

test.each([
  ["graft", "plugin-info.json"],
  ["graft-log", "plugin-info-log.json"],
])("kong info %s prints what is shipped", (name, file) => {
  expect(graft("kong", "info", name)).toEqual({
    status: 0,
    stdout: readFileSync(join(ROOT, "kong", file), "utf8"),
    stderr: "",
  });
});
