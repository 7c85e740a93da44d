/** `GET /usage` of the admin port. */
import type { UsageStore } from "../../stores/usage/usage-store";
import { QueryFault, readQuery } from "./read-query";
import { reportCsv, reportJson } from "./show-report";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const OWN: ReadonlySet<string> = new Set(["from", "to", "since", "group_by", "limit", "format"]);

/** @param now milliseconds since the epoch @throws Error when the store cannot answer */
export async function answerUsage(store: Pick<UsageStore, "query">, params: URLSearchParams, now: number): Promise<HttpAnswer> {
  try {
    const one = (name: string) => params.get(name) ?? undefined;
    const format = one("format") ?? "json";
    if (format !== "json" && format !== "csv") throw new QueryFault("format must be json or csv");
    const where = [...params].filter(([name]) => !OWN.has(name));
    const asked = { from: one("from"), to: one("to"), since: one("since"), groupBy: one("group_by"), limit: one("limit"), where };
    const query = readQuery(asked, now);
    const report = await store.query(query);
    if (format === "csv") return { status: 200, body: reportCsv(report, query.groupBy), type: "text/csv; charset=utf-8" };
    return { status: 200, body: JSON.stringify(reportJson(report, query.groupBy)) };
  } catch (thrown) {
    if (thrown instanceof QueryFault) return { status: 400, body: JSON.stringify({ error: thrown.message }) };
    throw thrown;
  }
}
