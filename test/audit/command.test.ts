import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { audit } from "../../cli/commands/audit";
import { MINIMAL } from "../config/support";
import { KEY, TestLog } from "./support";

/** The command in this process: what it wrote, and its exit code. */
async function graftAudit(args: readonly string[]): Promise<{ out: string; code: unknown }> {
  let out = "";
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    jest.spyOn(process[stream], "write").mockImplementation((text) => {
      out += String(text);
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    const program = new Command("graft").exitOverride();
    audit(program);
    await program.parseAsync(["node", "graft", "audit", ...args]);
    return { out, code: process.exitCode };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

async function written() {
  const log = new TestLog();
  await log.written(3);
  const config = join(dirname(log.directory), "graft.yaml");
  // An address that needs no look-up.
  const local = MINIMAL.replace("kind: openai", "kind: openai, base_url: 'http://127.0.0.1:1/v1'");
  writeFileSync(config, `${local}audit: { directory: log, anchor: anchors, key: ${KEY} }\n`);
  const keyFile = join(dirname(log.directory), "key");
  writeFileSync(keyFile, `${KEY}\n`);
  const [file = ""] = readdirSync(log.directory);
  return { log, config, keyFile, path: join(log.directory, file) };
}

test("a log that holds: counts and heads", async () => {
  const { config, log } = await written();
  const { out, code } = await graftAudit(["verify", "--config", config]);
  expect(code).toBeUndefined();
  const head = log.heads.at(-1) ?? "";
  expect(out).toMatch(/^\S+: 5 records, head 5:\S{43}\nnothing was changed: 5 records of 1 chain\n$/);
  expect(out).toContain(head);
  const told = await graftAudit(["verify", "--config", config, "--json", "--head", head]);
  expect(JSON.parse(told.out)).toMatchObject({ ok: true, records: 5, chains: [{ records: 5, head, ended: true }], problems: [] });
});

test("one that was changed: where, and exit code 1", async () => {
  const { config, path } = await written();
  writeFileSync(path, readFileSync(path, "utf8").replace("ex_1", "ex_9"));
  const { out, code } = await graftAudit(["verify", "--config", config]);
  expect(code).toBe(1);
  expect(out).toContain(`${path}:3: was changed, or is no record of this key\n`);
  expect(out).toContain("1 problem in 4 records of 1 chain\n");
  const json = await graftAudit(["verify", "--config", config, "--json"]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ ok: false, problemCount: 1, problems: [{ place: `${path}:3` }] });
});

test("a head that no chain has any more", async () => {
  const { config } = await written();
  const { out, code } = await graftAudit(["verify", "--config", config, "--head", `5:${"A".repeat(43)}`]);
  expect(code).toBe(1);
  expect(out).toContain("no chain has the head 5:AAA");
});

test("without a configuration", async () => {
  const { log, keyFile } = await written();
  const flags = ["--dir", log.directory, "--anchor", log.anchor, "--key-file", keyFile];
  expect((await graftAudit(["verify", ...flags])).out).toContain("nothing was changed");
  writeFileSync(keyFile, "another key, of 32 characters or more");
  expect((await graftAudit(["verify", ...flags])).code).toBe(1);
});

test("what cannot be verified is an error, never a success", async () => {
  const { config, log } = await written();
  await expect(graftAudit(["verify", "--config", config, "--dir", `${log.directory}-none`])).rejects.toThrow("ENOENT");
  await expect(graftAudit(["verify", "--config", config, "--since", "soon"])).rejects.toThrow("--since takes a time");
  writeFileSync(config, MINIMAL);
  await expect(graftAudit(["verify", "--config", config])).rejects.toThrow("has no `audit`");
  writeFileSync(config, "version: 2\n");
  expect((await graftAudit(["verify", "--config", config])).code).toBe(1);
});
