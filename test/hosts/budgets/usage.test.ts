/** Who used what: `graft usage` and `GET /usage` name the same sums, those that clients were told and the provider counted. */
import { join } from "node:path";
import { dataOf, json, question } from "../../e2e/support/ask";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { onAllHosts, steady, type Used, usageIn } from "../limits/support";
import { HOST, type HostSetup } from "../support/hosts";
import { ALICE, BOB, type Person } from "../support/people";
import { useHosts } from "../support/use-hosts";
import { type Figures, graft, nanos, PRICES, type Report, usage, usageOf } from "./support";

jest.setTimeout(30_000);

const TOKEN = "admin-0123456789";
const RATES = { one: [1000, 2000], two: [100, 200] } as const;
const ERRORS = 2;

const setup = (upstream: FakeUpstream): HostSetup => ({
  providers: { one: steady(upstream), two: steady(upstream), own: { ...steady(upstream), kind: "openai-compatible" } },
  models: [
    { name: "fast", targets: [{ provider: "two", model: "gpt-4o-mini" }] },
    { name: "smart", targets: [{ provider: "one", model: "gpt-4o" }] },
    { name: "own", targets: [{ provider: "own", model: "llama" }] },
    { name: "down", targets: [{ provider: "one", model: "do-500" }] },
  ],
  sections: { prices: PRICES, usage: { path: "books/usage.db" } },
  authenticates: "names",
});

const hosts = useHosts(setup);

/** Who asks for what, and says so where. */
const ASKED: readonly (readonly [Person, model: string, feature: string, where: "header" | "metadata" | "both" | "none"])[] = [
  [ALICE, "fast", "search", "header"],
  [ALICE, "fast", "search", "metadata"],
  [ALICE, "smart", "chat", "metadata"],
  [ALICE, "fast", "search", "both"],
  [BOB, "fast", "search", "header"],
  [BOB, "smart", 'search, "quoted"', "header"],
  [BOB, "smart", "=cmd()", "metadata"],
  [BOB, "smart", "", "none"],
  [BOB, "own", "", "none"],
  [ALICE, "own", "chat", "header"],
];

function labelled(feature: string, where: string) {
  return {
    headers: { ...(where === "header" || where === "both" ? { "x-feature": feature } : {}), "x-project": "p1" },
    // Where both say it, the header is believed.
    more: where === "metadata" ? { metadata: { feature } } : where === "both" ? { metadata: { feature: "other" } } : {},
  };
}

function streamedUsage(seen: Seen): Used {
  const [last] = dataOf(seen).slice(-2);
  return usageIn(JSON.parse(last ?? "{}"));
}

interface Row extends Used {
  readonly model: string;
  readonly caller: string;
  readonly feature: string;
  readonly requests: number;
  readonly nanos: number;
}

const sum = <T>(all: readonly T[], read: (it: T) => number): number => all.reduce((total, it) => total + read(it), 0);
const keyOf = ({ model, caller, feature }: Readonly<Record<string, unknown>>) => JSON.stringify([model, caller, feature]);

function expectSums({ rows, total }: Report): void {
  for (const name of [
    "requests",
    "errors",
    "input_tokens",
    "output_tokens",
    "unpriced_requests",
    "estimated_requests",
  ] as const) {
    expect([name, sum(rows, (row) => row[name])]).toEqual([name, total[name]]);
  }
  expect(sum(rows, (row) => nanos(row.cost_usd))).toBe(nanos(total.cost_usd));
}

/** RFC 4180, as far as it is used. */
function readCsv(text: string): string[][] {
  expect(text).toMatch(/\r\n$/);
  const cells = (line: string) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).length);
  return text
    .slice(0, -2)
    .split("\r\n")
    .map((line) => cells(line).map(([, cell = ""]) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)));
}

onAllHosts(hosts, (host, add) => {
  const expected = new Map<string, Row>();
  const config = () => join(host.running.directory, "graft.yaml");
  const admin = () => host.running.adminUrls[0];
  const report = (...args: readonly string[]): Report => {
    const { stdout, stderr, status } = graft(["usage", "--config", config(), "--json", ...args]);
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return JSON.parse(stdout) as Report;
  };

  add("model, user, feature: as clients and provider counted", async () => {
    const { callerId, keyOf: tokenOf } = HOST[host.name];
    const each = await Promise.all(
      ASKED.map(async ([person, model, feature, where], at) => {
        const { headers, more } = labelled(feature, where);
        const stream = at % 2 === 1 ? { stream: true, stream_options: { include_usage: true } } : {};
        const seen = await host.ask(question(model, { ...more, ...stream }), {
          headers: { authorization: `Bearer ${tokenOf(person)}`, ...headers },
        });
        expect(seen.status).toBe(200);
        const used = at % 2 === 1 ? streamedUsage(seen) : usageIn(json(seen));
        const [input, output] = model === "own" ? [0, 0] : RATES[model === "smart" ? "one" : "two"];
        const cost = used.input * input + used.output * output;
        if (at % 2 === 0 && model !== "own") expect(nanos(seen.headers["x-graft-cost"])).toBe(cost);
        return { model, caller: callerId(person), feature, ...used, cost };
      }),
    );
    for (let at = 0; at < ERRORS; at += 1) {
      await host.ask(question("down"), { headers: { authorization: `Bearer ${tokenOf(BOB)}` } });
    }
    const names = { fast: "gpt-4o-mini", smart: "gpt-4o", own: "llama" } as const;
    for (const { model, input, output, cost, ...it } of each) {
      const row = { ...it, model: names[model as keyof typeof names] };
      const before = expected.get(keyOf(row)) ?? { ...row, requests: 0, input: 0, output: 0, nanos: 0 };
      expected.set(keyOf(row), {
        ...before,
        requests: before.requests + 1,
        input: before.input + input,
        output: before.output + output,
        nanos: before.nanos + cost,
      });
    }

    const http = await usageOf(admin(), "group_by=model,user,feature", ASKED.length + ERRORS);
    const told = report("--since", "30d", "--by", "model,user,feature");
    expect(told).toEqual({ ...http, from: told.from, to: told.to });
    expect(told.group_by).toEqual(["model", "caller", "feature"]);
    expectSums(told);
    expect(told.total).toMatchObject({
      requests: ASKED.length + ERRORS,
      errors: ERRORS,
      unpriced_requests: 2,
      estimated_requests: 0,
      input_tokens: sum(each, ({ input }) => input),
      output_tokens: sum(each, ({ output }) => output),
    });
    const answered = told.rows.filter(({ errors }) => errors === 0);
    expect(answered.map(keyOf).sort()).toEqual([...expected.keys()].sort());
    for (const row of answered) {
      const { requests, input, output, nanos: cost } = expected.get(keyOf(row)) as Row;
      expect(row).toMatchObject({ requests, input_tokens: input, output_tokens: output });
      expect(nanos(row.cost_usd)).toBe(cost);
    }
    const costs = told.rows.map((row) => nanos(row.cost_usd));
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
    console.info(
      `${host.name}: ${told.total.requests} requests in ${told.rows.length} rows, ${told.total.input_tokens} + ${told.total.output_tokens} tokens, $${told.total.cost_usd}`,
    );
  });

  add("every grouping and filter adds up", async () => {
    const all = await usage(admin(), "");
    for (const by of [
      "model",
      "target",
      "alias",
      "user",
      "team",
      "feature",
      "project",
      "tag",
      "policy",
      "provider",
      "status",
      "cache",
      "day",
      "hour",
    ]) {
      const grouped = await usage(admin(), `group_by=${by}`);
      expect(grouped.total).toEqual(all.total);
      expectSums(grouped);
    }
    const only = async (query: string): Promise<Figures> => (await usage(admin(), query)).total;
    const alice = encodeURIComponent(HOST[host.name].callerId(ALICE));
    expect((await only(`user=${alice}`)).requests).toBe(5);
    expect((await only(`user=${alice}&feature=search`)).requests).toBe(3);
    expect((await only("feature=search&feature=chat")).requests).toBe(6);
    expect((await only("feature=other")).requests).toBe(0);
    expect((await only("feature=")).requests).toBe(2 + ERRORS);
    expect((await only("project=p1&status=200")).requests).toBe(ASKED.length);
    expect((await only("provider=own")).unpriced_requests).toBe(2);
    expect((await only("to=2026-01-01&since=1d")).requests).toBe(0);
    expect(await only(`from=${Date.now() - 3_600_000}`)).toEqual(all.total);
    const limited = await usage(admin(), "group_by=model,user,feature&limit=2");
    expect({ rows: limited.rows.length, more: limited.more, total: limited.total }).toEqual({
      rows: 2,
      more: true,
      total: all.total,
    });
    expect((await only("feature=search&provider=two")).requests).toBe(4);
  });

  add("as CSV and for people", async () => {
    const { rows } = await usage(admin(), "group_by=feature,user");
    const http = await fetch(`${admin()}/usage?group_by=feature,user&format=csv`);
    expect(http.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const csv = await http.text();
    const [heads = [], ...lines] = readCsv(csv);
    expect(heads.slice(0, 4)).toEqual(["feature", "caller", "requests", "errors"]);
    expect(lines).toHaveLength(rows.length);
    for (const [at, line] of lines.entries()) {
      const row: Readonly<Record<string, unknown>> = rows[at] ?? {};
      // A spreadsheet would run the one with `=`.
      const cells = heads.map((head) => (head === "feature" && row[head] === "=cmd()" ? "'=cmd()" : String(row[head])));
      expect(line).toEqual(cells);
    }
    if (host.name !== "kong") return;
    const printed = graft(["usage", "--config", config(), "--by", "feature,user", "--csv"]);
    expect(printed).toEqual({ status: 0, stdout: csv, stderr: "" });
    const some = ["--by", "model", "--where", "feature=search", "--where", "provider=two"];
    const table = graft(["usage", "--config", config(), ...some])
      .stdout.trimEnd()
      .split("\n");
    expect(table[0]).toMatch(/^20\S+Z to 20\S+Z$/);
    expect(table[2]).toMatch(/^model +requests +errors +input_tokens +output_tokens .* cost_usd/);
    expect(table.at(-1)).toMatch(/^total +4 +0 /);
  });

  add("bad questions are told what would be right", async () => {
    for (const [query, words] of [
      ["group_by=colour", /cannot group by "colour"; known: model, .*user/],
      ["color=red", /no "color" to filter by; known: .*session, user/],
      ["from=2026-02-01&to=2026-01-01", /from must be before to/],
      ["from=yesterday", /from must be a time such as 2026-11-20/],
      ["since=1y", /since must be a time such as 30d/],
      ["since=1d&from=2026-01-01", /from and since say the same thing/],
      ["limit=0", /limit must be a number from 1 to 10000/],
      ["format=xml", /format must be json or csv/],
    ] as const) {
      const answer = await fetch(`${admin()}/usage?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(((await answer.json()) as { readonly error: string }).error).toMatch(words);
    }
    expect((await fetch(`${admin()}/usage`, { method: "POST" })).status).toBe(405);
    if (host.name !== "relay") return;
    const { status, stdout, stderr } = graft(["usage", "--config", config(), "--by", "colour"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^cannot group by "colour"; known: .*\n$/);
  });
});

test("behind a token; and without records", async () => {
  const { upstream } = hosts.kong;
  const [guarded, without] = await Promise.all([
    HOST.kong.start({ ...setup(upstream), sections: { admin: { token: TOKEN }, usage: { path: "u.db" }, prices: PRICES } }),
    HOST.kong.start({ ...setup(upstream), sections: { prices: PRICES } }),
  ]);
  try {
    const at = `${guarded.adminUrls[0]}/usage`;
    expect((await fetch(at)).status).toBe(401);
    expect((await fetch(at, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    const answer = await fetch(at, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([answer.status, await answer.json()]).toMatchObject([200, { total: { requests: 0 } }]);
    const none = await fetch(`${without.adminUrls[0]}/usage`);
    expect([none.status, await none.json()]).toEqual([404, { error: expect.stringContaining("no records are kept") }]);
    const { status, stderr } = graft(["usage", "--config", join(without.directory, "graft.yaml")]);
    expect(status).toBe(1);
    expect(stderr).toContain("has no `usage`: no records are kept");
  } finally {
    await Promise.all([guarded.stop(), without.stop()]);
  }
});
