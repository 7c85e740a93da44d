import { answerMutation, immediate, requestMutation } from "../../envoy/mutations";
import { priorityGroups, retryHeaders } from "../../envoy/retry-headers";
import type { HeaderMutation } from "../../proto/ext-proc";
import { alias, target } from "../support/exchange";

const request = {
  scheme: "https" as const,
  authority: "a.test",
  path: "/v1/messages",
  headers: { "x-api-key": "sk-a", "content-type": "application/json" },
  body: Buffer.from("{}"),
};
const setOf = (mutation: HeaderMutation) =>
  Object.fromEntries(
    (mutation.setHeaders ?? []).map((it) => [it.header?.key, Buffer.from(it.header?.rawValue ?? []).toString("latin1")]),
  );

describe("requestMutation", () => {
  const current = {
    ":path": "/v1/chat/completions",
    ":authority": "gateway",
    authorization: "Bearer sk-of-another",
    cookie: "a=b",
    "x-graft-anything": "1",
    "content-type": "text/plain",
    "x-envoy-attempt-count": "2",
    "x-forwarded-proto": "http",
    "x-forwarded-for": "192.0.2.1",
  };

  test("what the request does not name goes, others' credentials first of all", () => {
    expect(requestMutation(current, request, {}).removeHeaders?.sort()).toEqual([
      "authorization",
      "cookie",
      "x-forwarded-for",
      "x-graft-anything",
    ]);
  });

  test("names that every object has by birth are headers like any other", () => {
    const hostile = { ...current, constructor: "1", ["__proto__"]: "2" };
    expect(requestMutation(hostile, request, {}).removeHeaders).toEqual(expect.arrayContaining(["constructor", "__proto__"]));
  });

  test("pseudo headers, length and our own are set; :authority is Envoy's", () => {
    expect(setOf(requestMutation(current, request, { "x-envoy-max-retries": "1" }))).toEqual({
      ":scheme": "https",
      ":path": "/v1/messages",
      "user-agent": expect.stringContaining("graft"),
      "content-length": "2",
      "x-api-key": "sk-a",
      "content-type": "application/json",
      "x-envoy-max-retries": "1",
    });
  });

  test("every header overwrites: appending would send two values", () => {
    const actions = requestMutation(current, request, {}).setHeaders?.map((it) => it.appendAction);
    expect(new Set(actions)).toEqual(new Set([2]));
  });
});

describe("answers", () => {
  test("status only when it changes", () => {
    expect(setOf(answerMutation(undefined, { a: "1" }))).toEqual({ a: "1" });
    expect(setOf(answerMutation(502, {}))).toEqual({ ":status": "502" });
  });

  test("an immediate response carries the reply and says in the access log that it is ours", () => {
    expect(immediate({ status: 404, headers: { "x-request-id": "r" }, body: Buffer.from("x") }, "graft_reply")).toMatchObject({
      immediateResponse: { status: { code: 404 }, body: Buffer.from("x"), details: "graft_reply" },
    });
  });
});

describe("the plan in Envoy's words", () => {
  const two = [target("openai", "a", { timeoutMs: 1000 }), target("anthropic", "b", { timeoutMs: 5000 })];

  test("one target: no retry", () => {
    const [first] = two;
    const it = alias("m", first === undefined ? [] : [first]);
    expect(retryHeaders({ alias: it, targets: it.targets })).toEqual({
      "x-envoy-upstream-rq-per-try-timeout-ms": "1000",
    });
  });

  test("several: one retry less than tries, the configured statuses, the longest timeout", () => {
    const it = alias("m", two, { fallbackStatuses: [429, 503] });
    expect(retryHeaders({ alias: it, targets: it.targets })).toEqual({
      "x-envoy-upstream-rq-per-try-timeout-ms": "5000",
      "x-envoy-max-retries": "1",
      "x-envoy-retry-on": "connect-failure,refused-stream,reset,retriable-status-codes",
      "x-envoy-retriable-status-codes": "429,503",
    });
  });

  test("one priority group a try, repeated targets included", () => {
    const targets = [...two, ...two.slice(0, 1)];
    expect(priorityGroups({ alias: alias("m", two), targets })).toEqual({
      priority_groups: ["graft_openai", "graft_anthropic", "graft_openai"].map((cluster_name) => ({
        name: expect.any(String),
        clusters: [{ cluster_name, weight: 1 }],
      })),
    });
  });
});
