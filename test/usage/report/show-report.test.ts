import { TOKEN_KINDS } from "../../../plugins/stores/usage/record";
import type { UsageFigures, UsageQuery, UsageReport } from "../../../plugins/stores/usage/usage-store";
import { answerUsage } from "../../../plugins/usage/report/answer-http";
import { reportCsv, reportJson, reportText } from "../../../plugins/usage/report/show-report";

function figures(requests: number, costNanos: bigint): UsageFigures {
  const tokens = Object.fromEntries(TOKEN_KINDS.map((kind) => [kind, 0])) as UsageFigures["tokens"];
  return {
    requests,
    errors: 1,
    unpricedRequests: 0,
    estimatedRequests: 0,
    durationMs: 5,
    tokens: { ...tokens, input: 10 * requests, output: requests },
    costNanos,
    cacheHits: requests - 1,
    savedTokens: 11 * (requests - 1),
    savedNanos: 1_500_000_000n,
  };
}

const REPORT: UsageReport = {
  from: 0,
  to: 86_400_000,
  rows: [
    { group: { model: "gpt", caller: `=cmd("x")` }, ...figures(2, 9_007_199_254_740_993_000_000_001n) },
    { group: { model: "", caller: "evil\u001b[2J\nname" }, ...figures(1, 5n) },
  ],
  more: true,
  total: figures(3, 9_007_199_254_740_993_000_000_006n),
};

test("JSON: money is text, for no double holds it", () => {
  expect(reportJson(REPORT, ["model", "caller"])).toMatchObject({
    from: "1970-01-01T00:00:00.000Z",
    group_by: ["model", "caller"],
    rows: [{ model: "gpt", requests: 2, input_tokens: 20, cost_usd: "9007199254740993.000000001" }, { cost_usd: "0.000000005" }],
    more: true,
    total: { requests: 3, cost_usd: "9007199254740993.000000006", cache_hits: 2, saved_tokens: 22, saved_usd: "1.50" },
  });
});

test("CSV: quoted as RFC 4180 says, and no cell is a formula", () => {
  const [head, first, ...rest] = reportCsv(REPORT, ["model", "caller"]).split("\r\n");
  expect(head).toMatch(/^model,caller,requests,errors,input_tokens,.*,cache_hits,saved_tokens,saved_usd$/);
  expect(first).toMatch(/^gpt,"'=cmd\(""x""\)",2,1,20,2,/);
  expect(rest.join("\r\n").startsWith(`,"evil\u001b[2J\nname",1,`)).toBe(true);
});

test("text: nothing a client wrote reaches the terminal, the total is the last line", () => {
  const text = reportText(REPORT, ["model", "caller"]);
  expect(text).not.toContain("\u001b");
  expect(text.split("\n").slice(-3)).toEqual([
    expect.stringMatching(/^total .* 3 .*9007199254740993\.000000006/),
    expect.stringContaining("--limit"),
    "",
  ]);
});

describe("GET /usage", () => {
  const asked: UsageQuery[] = [];
  const store = {
    query: async (query: UsageQuery) => {
      asked.push(query);
      return REPORT;
    },
  };
  const get = (query: string) => answerUsage(store, new URLSearchParams(query), 86_400_000 * 100);

  test("groups, filters and format", async () => {
    expect(JSON.parse((await get("since=1d&group_by=model,user&team=a&team=b&limit=7")).body)).toMatchObject({
      group_by: ["model", "caller"],
    });
    expect(asked.at(-1)).toEqual({
      from: 86_400_000 * 99,
      to: 86_400_000 * 100,
      groupBy: ["model", "caller"],
      where: { team: ["a", "b"] },
      limit: 7,
    });
    expect(await get("group_by=model&format=csv")).toMatchObject({ status: 200, type: "text/csv; charset=utf-8" });
  });

  test.each(["group_by=colour", "format=xml", "since=never", "password=x"])("%s is refused", async (query) => {
    const { status, body } = await get(query);
    expect([status, Object.keys(JSON.parse(body) as object)]).toEqual([400, ["error"]]);
  });
});
