/** Who sent what where stays on record: on every host, and nobody can change it unseen. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { verifyAudit } from "../../../plugins/audit/verify";
import { expectError, question } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import { onAllHosts } from "../limits/support";
import { provider } from "../support/providers";
import { type HostUnderTest, useHosts } from "../support/use-hosts";

jest.setTimeout(60_000);

const KEY = "an-audit-key-of-32-characters-or-more";
const EMAIL = "jane.doe@example.com";
const MAIN = resolve(__dirname, "../../../dist/cli/main.js");

const places = new Map<string, string>();
const placeOf = (name: string): string => {
  const known = places.get(name) ?? mkdtempSync(join(tmpdir(), "graft-audit-"));
  places.set(name, known);
  return known;
};

const hosts = useHosts((upstream, name) => ({
  providers: { one: provider("openai", upstream) },
  models: [
    { name: "m", targets: [{ provider: "one", model: "gpt-4o-mini", region: "eu-west-1" }] },
    {
      name: "falls-back",
      targets: [
        { provider: "one", model: "do-503", region: "us" },
        { provider: "one", model: "gpt-4o-mini", region: "eu" },
      ],
    },
  ],
  policy: { plugins: { redact: {}, audit: { body: "redacted" } } },
  sections: {
    audit: { directory: join(placeOf(name), "log"), anchor: join(placeOf(name), "anchors"), key: KEY },
  },
}));

afterAll(() => {
  for (const place of places.values()) rmSync(place, { recursive: true, force: true });
});

type Line = Readonly<Record<string, unknown>>;

function linesOf(host: HostUnderTest): Line[] {
  const log = join(placeOf(host.name), "log");
  return readdirSync(log)
    .sort()
    .flatMap((file) => readFileSync(join(log, file), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

/** Records of one exchange; its outcome is the last. */
function recordsOf(host: HostUnderTest, exchange: unknown): Promise<Line[]> {
  return until("the audit record", () => {
    const lines = linesOf(host).filter((line) => line["exchange"] === exchange);
    return lines.at(-1)?.["kind"] === "outcome" ? lines : undefined;
  });
}

/** By the command, as an operator asks. */
function verify(host: HostUnderTest): Promise<{ code: number; text: string }> {
  const place = placeOf(host.name);
  const keyFile = join(place, "key");
  writeFileSync(keyFile, KEY);
  const args = ["audit", "verify", "--dir", join(place, "log"), "--anchor", join(place, "anchors"), "--key-file", keyFile];
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });
}

/** What the command finds, without a process for each time. */
async function isInOrder(host: HostUnderTest): Promise<boolean> {
  const place = placeOf(host.name);
  const log = { kind: "file", directories: [join(place, "log")], anchor: join(place, "anchors"), key: KEY } as const;
  return (await verifyAudit(log)).ok;
}

onAllHosts(hosts, (host, add) => {
  add("an intent before each try, an outcome after, and what the provider got as it got it", async () => {
    const before = host.upstream.requests.length;
    const seen = await host.ask({ ...question("falls-back"), messages: [{ role: "user", content: `I am ${EMAIL}` }] });
    expect(seen.status).toBe(200);
    const { exchange } = await host.record(seen);
    const lines = await recordsOf(host, exchange);
    expect(lines.map(({ kind }) => kind)).toEqual(["intent", "intent", "outcome"]);
    expect(lines[1]).toMatchObject({ sent: { attempt: 2, provider: "one", model: "gpt-4o-mini", region: "eu" } });
    expect(lines[2]).toMatchObject({ policy: "default", alias: "falls-back", status: 200, outcome: "complete" });
    expect(JSON.stringify(lines[2]?.["facts"])).toContain('"email"');
    expect(lines[0]).toMatchObject({ sent: { body: host.upstream.requests[before]?.body.toString("utf8") } });
    expect(JSON.stringify(lines)).not.toContain(EMAIL);
    expect(JSON.stringify(lines)).not.toContain("sk-openai");
  });

  add("what is cut off, changed or moved is found; what was written is in order", async () => {
    await host.ask(question("m"));
    await host.idle();
    await until("a log in order", async () => ((await isInOrder(host)) ? true : undefined));
    expect(await verify(host)).toEqual({ code: 0, text: expect.stringMatching(/\d/) });
    const log = join(placeOf(host.name), "log");
    const file = join(log, readdirSync(log).sort().at(-1) ?? "");
    const bytes = readFileSync(file);
    const lines = bytes.toString("utf8").trimEnd().split("\n");
    const broken: Readonly<Record<string, string>> = {
      "cut off": `${lines.slice(0, -1).join("\n")}\n`,
      changed: bytes.toString("utf8").replace(/"status":200/, '"status":500'),
      moved: `${[lines[1], lines[0], ...lines.slice(2)].join("\n")}\n`,
      "taken out": `${[lines[0], ...lines.slice(2)].join("\n")}\n`,
    };
    for (const [how, text] of Object.entries(broken)) {
      writeFileSync(file, text);
      expect({ how, inOrder: await isInOrder(host) }).toEqual({ how, inOrder: false });
    }
    expect((await verify(host)).code).toBe(1);
    writeFileSync(file, bytes);
    expect(await isInOrder(host)).toBe(true);
  });

  // The last: this writer's log goes on in another file.
  add("nothing is sent that cannot be put on record, and it goes on when it can", async () => {
    const place = placeOf(host.name);
    const log = join(place, "log");
    const before = host.upstream.requests.length;
    renameSync(log, join(place, "away"));
    writeFileSync(log, "no directory");
    expectError(await host.ask(question("m")), { status: 503, code: "unavailable" });
    expect(host.upstream.requests.length).toBe(before);
    rmSync(log);
    renameSync(join(place, "away"), log);
    await until("records again", async () => ((await host.ask(question("m"))).status === 200 ? true : undefined));
    await host.idle();
    await until("a log in order", async () => ((await isInOrder(host)) ? true : undefined));
  });
});
