import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { COMMANDS } from "../../cli/commands";
import { MINIMAL, makeDirectory, removeDirectories } from "../config/support";

afterAll(removeDirectories);

interface Run {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** The command in this process. */
async function graft(...args: string[]): Promise<Run> {
  const texts = { out: "", err: "" };
  const spies = [
    jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      texts.out += String(text);
      return true;
    }),
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
      texts.err += String(text);
      return true;
    }),
  ];
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    const program = new Command("graft").exitOverride();
    COMMANDS[args[0] ?? ""]?.()(program);
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync(["node", "graft", ...args]);
    return { ...texts, code: Number(process.exitCode ?? 0) };
  } catch (thrown) {
    return { ...texts, code: thrown instanceof Error && "exitCode" in thrown ? Number(thrown.exitCode) : 1 };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

/** An address that needs no look-up. */
const LOCAL = MINIMAL.replace("kind: openai", "kind: openai, base_url: 'http://127.0.0.1:1/v1'");

function file(text: string): string {
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, text);
  return path;
}

test("a valid file: what it does, on standard output", async () => {
  const more = `      - name: "balanced/*"
        strategy: weighted
        targets: [{ provider: main, model: a, weight: 2 }, { provider: main, model: "*" }]
      - name: chain
        targets: [{ provider: main, model: a }, { provider: main, model: b }]
`;
  const path = file(LOCAL + more);
  const { out, err, code } = await graft("check", path);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out.replace(/configuration [0-9a-f]{12}/, "configuration HASH")).toBe(`${path} is valid, configuration HASH

policy default  (routes: * /)
  fast        fallback  main/gpt-4o-mini
  balanced/*  weighted  main/a (2), main/* (1)
  chain       fallback  main/a → main/b
`);
});

test("a faulty file: issues as compilers print them, on standard error, and exit code 1", async () => {
  const path = file(LOCAL.replace("kind:", "knid: x, kind:"));
  await expect(graft("check", path)).resolves.toEqual({
    out: "",
    err: `${path}:3:11: error: providers.main.knid: unknown key; did you mean "kind"?\n`,
    code: 1,
  });
});

test("warnings alone do not fail", async () => {
  const path = file(
    LOCAL.replace("providers:", "providers:\n  idle: { kind: openai, api_keys: [k], base_url: 'http://127.0.0.1:1' }"),
  );
  const { out, err, code } = await graft("check", path);
  expect({ err, code }).toEqual({ err: `${path}:3:3: warning: providers.idle: no target uses this provider\n`, code: 0 });
  expect(out).toContain("is valid");
});

test("--json", async () => {
  const good = await graft("check", "--json", file(LOCAL));
  expect([good.code, JSON.parse(good.out)]).toEqual([0, { ok: true, hash: expect.stringMatching(/^[0-9a-f]{12}$/), issues: [] }]);
  const path = file("version: 3\nproviders: {}\npolicies: {}\n");
  const bad = await graft("check", "--json", path);
  expect(bad.code).toBe(1);
  expect(bad.err).toBe("");
  expect(JSON.parse(bad.out)).toEqual({
    ok: false,
    issues: [{ severity: "error", file: path, line: 1, column: 10, path: "version", message: "must be 1, not 3" }],
  });
});

test("--host says what the host cannot do", async () => {
  const path = file(
    LOCAL.replace(
      "model: gpt-4o-mini }",
      "model: a, context_window: 10 }\n          - { provider: main, model: b, context_window: 20 }",
    ),
  );
  expect((await graft("check", path)).err).toBe("");
  const { err, code } = await graft("check", path, "--host", "envoy");
  expect(err).toContain(
    `${path}:7:9: warning: policies.default.models[0]: envoy: larger context windows are tried by the estimate`,
  );
  expect(code).toBe(0);
  expect(await graft("check", path, "--host", "nginx")).toMatchObject({
    code: 1,
    err: expect.stringContaining("Allowed choices are"),
  });
});

test("schema and docs print what is checked in", async () => {
  expect(JSON.parse((await graft("schema")).out)).toMatchObject({ title: "Graft configuration", type: "object" });
  expect((await graft("docs")).out).toContain("# Configuration reference");
});
