import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { prices } from "../../cli/commands/prices";
import { installedTable, readTable } from "../../plugins/prices";
import { MINIMAL } from "../config/support";

const directory = mkdtempSync(join(tmpdir(), "graft-prices-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** The command in this process: what it wrote, or the error it ended with. */
async function graftPrices(args: readonly string[]): Promise<string> {
  let out = "";
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    jest.spyOn(process[stream], "write").mockImplementation((text) => {
      out += String(text);
      return true;
    }),
  );
  const before = process.exitCode;
  try {
    const program = new Command("graft").exitOverride();
    prices(program);
    await program.parseAsync(["node", "graft", "prices", ...args]);
    return out;
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}

const models = installedTable().providers;
const same = file("same.json", JSON.stringify(models));
const cheaper = file(
  "cheaper.json",
  JSON.stringify(models).replace('"input_mtok":2.5,"cache_read_mtok":1.25', '"input_mtok":2,"cache_read_mtok":1.25'),
);
const shrunk = file("shrunk.json", JSON.stringify(models.slice(0, 5)));

test("the targets of a configuration", async () => {
  const config = file("graft.yaml", MINIMAL);
  const report: unknown = JSON.parse(await graftPrices(["--config", config, "--json"]));
  expect(report).toHaveProperty("table.origin", "@pydantic/genai-prices 0.1.8");
  expect(report).toHaveProperty("prices.0.source", "table");
  expect(await graftPrices(["--config", config])).toContain("US dollars for a million tokens");
});

test("its own prices, and estimates", async () => {
  const own = file("own.yaml", `${MINIMAL}prices: { overrides: { "*": { input: 7, output: 8 } } }\n`);
  expect(JSON.parse(await graftPrices(["--config", own, "--json"]))).toMatchObject({
    prices: [{ source: "override", usd_per_million: { input: "7.00", output: "8.00" } }],
  });
  const newer = file("newer.yaml", MINIMAL.replace("gpt-4o-mini", "gpt-99"));
  expect(JSON.parse(await graftPrices(["--config", newer, "--json"]))).toMatchObject({ prices: [{ source: "unknown" }] });
  expect(JSON.parse(await graftPrices(["--config", newer, "--estimate", "--json"]))).toMatchObject({
    prices: [{ source: "estimated" }],
  });
});

test("all of the table, without a configuration", async () => {
  expect((await graftPrices(["--all"])).split("\n").length).toBeGreaterThan(1600);
});

test("a configuration that is none", async () => {
  expect(await graftPrices(["--config", file("bad.yaml", "version: 2\n")])).toMatch(/bad\.yaml:1:\d+: error/);
});

describe("update", () => {
  test("prints what would change", async () => {
    expect(await graftPrices(["update", same])).toBe("0 models added, 0 removed, 0 prices changed\n");
    expect(await graftPrices(["update", cheaper])).toMatch(/ input_mtok: 2\.5 → 2\n.*1 prices changed/s);
    expect(JSON.parse(await graftPrices(["update", cheaper, "--json"]))).toMatchObject({ changed: [{ from: 2.5, to: 2 }] });
  });

  test("writes the table with its source and day, and not one that is damaged", async () => {
    const to = join(directory, "prices.json");
    expect(await graftPrices(["update", cheaper, "--to", to])).toContain("1 prices changed");
    const written = readFileSync(to, "utf8");
    expect(readTable(written, to)).toMatchObject({
      origin: `${to}, from ${cheaper}`,
      asOf: new Date().toISOString().slice(0, 10),
    });
    // Compared with what is in force by now. A copy of such a file is as old as the file.
    expect(await graftPrices(["update", cheaper, "--to", to])).toContain("0 prices changed");
    const copy = join(directory, "copy.json");
    await graftPrices(["update", to, "--to", copy]);
    expect(readFileSync(copy, "utf8")).toBe(written);
    await expect(graftPrices(["update", shrunk, "--to", to])).rejects.toThrow(/models are missing/);
    expect(readFileSync(to, "utf8")).toBe(written);
    await graftPrices(["update", shrunk, "--to", to, "--force"]);
    expect(readFileSync(to, "utf8")).not.toBe(written);
    expect(readdirSync(directory).filter((name) => name.includes(".json."))).toEqual([]);
  });

  test("refuses what is no table, and leaves nothing behind", async () => {
    const to = join(directory, "x.json");
    await expect(graftPrices(["update", file("no.json", "{}"), "--to", to])).rejects.toThrow(/not a table/);
    await expect(graftPrices(["update", same, "--to", join(directory, "no", "x.json")])).rejects.toThrow(/ENOENT/);
    expect(existsSync(to)).toBe(false);
  });

  describe("from an address", () => {
    let server: Server;
    let base: string;
    beforeAll((done) => {
      server = createServer(({ url }, response) => {
        if (url === "/moved") response.writeHead(302, { location: "/data.json" }).end();
        else if (url === "/endless") for (let at = 0; at < 40; at++) response.write(Buffer.alloc(1024 * 1024, 32));
        else if (url?.startsWith("/data.json") === true) response.end(readFileSync(cheaper));
        else response.writeHead(404).end();
      }).listen(0, "127.0.0.1", () => {
        const address = server.address();
        base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
        done();
      });
    });
    afterAll((done) => {
      server.closeAllConnections();
      server.close(done);
    });

    test("its name is kept without the query", async () => {
      const to = join(directory, "fetched.json");
      expect(await graftPrices(["update", `${base}/data.json?token=hush`, "--to", to])).toContain("1 prices changed");
      expect(readTable(readFileSync(to, "utf8"), "t").origin).toBe(`t, from ${base}/data.json`);
    });

    test.each([
      ["/missing", /status 404/],
      ["/moved", /redirect/],
      ["/endless", /longer than/],
    ])("%s is refused", async (path, message) => {
      await expect(graftPrices(["update", base + path])).rejects.toThrow(message);
    });

    test.each([["http://prices.example/data.json"], ["file:///etc/passwd"], ["ftp://prices.example/data.json"]])(
      "%s is not read",
      async (url) => {
        await expect(graftPrices(["update", url])).rejects.toThrow(/only https/);
      },
    );
  });
});
