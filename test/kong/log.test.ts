import { Joins } from "../../kong/joins";
import { log } from "../../kong/log";
import { createLogger } from "../../plugins/observe/log";
import { recordOf } from "./record";

const FINISHED = {
  request: {
    id: "r-1",
    size: 120,
    headers: { authorization: "Bearer secret" },
    querystring: { key: "secret" },
    url: "http://x/?key=secret",
  },
  response: { status: 200, size: 340, headers: { "set-cookie": "secret" } },
  latencies: { request: 12, kong: 2, proxy: 9, receive: 1 },
  tries: [{ ip: "127.0.0.1" }],
  route: { id: "route-id", name: "chat" },
  service: { id: "service-id" },
  consumer: { id: "consumer-id", custom_id: "a-1", username: null },
  client_ip: "10.0.0.1",
  started_at: 1_700_000_000_000,
};

/** Runs the phase. @returns the lines that Kong's side alone made, joined with a record that was there before */
async function logged(serialized: string, requestId = "r-1") {
  const joins = new Joins();
  joins.want();
  joins.record(recordOf(requestId));
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger("info", { write: (text) => void lines.push(JSON.parse(text)) });
  await log({ log: { serialize: async () => serialized } }, { joins, runtime: { logger } });
  return lines;
}

test("Kong's side of a request, without headers, query and secrets", async () => {
  const lines = await logged(JSON.stringify(FINISHED));
  expect(lines).toEqual([
    {
      ...JSON.parse(JSON.stringify(recordOf("r-1"))),
      level: "info",
      time: expect.any(String),
      msg: "request",
      request_id: "r-1",
      kong: {
        status: 200,
        response_bytes: 340,
        request_bytes: 120,
        latencies: { request: 12, kong: 2, proxy: 9, receive: 1 },
        tries: 1,
        route: "chat",
        service: "service-id",
        consumer: "a-1",
        client_ip: "10.0.0.1",
        started_at: 1_700_000_000_000,
      },
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain("secret");
});

test.each([
  ["nothing but the id", { request: { id: "r-1" } }],
  ["Lua's empty lists", { request: { id: "r-1" }, tries: {}, latencies: [], consumer: [], route: null }],
  [
    "things of another type",
    { request: { id: "r-1", size: "x" }, tries: "x", latencies: 1, response: { status: "200" }, client_ip: 7 },
  ],
])("with %s, what there is", async (_, finished) => {
  const [line] = await logged(JSON.stringify(finished));
  expect(line).toMatchObject({ request_id: "r-1", kong: { tries: 0, latencies: {} } });
});

test.each(["", "null", "[]", "{", "7", '{"request": {}}', '{"request": {"id": 7}}', '{"request": []}'])(
  "%j says of no request: no line",
  async (serialized) => {
    expect(await logged(serialized)).toEqual([]);
  },
);

test("a request that Graft never saw: no line", async () => {
  expect(await logged(JSON.stringify(FINISHED), "another")).toEqual([]);
});

test("Kong does not answer: that is Kong's to log", async () => {
  const kong = { log: { serialize: () => Promise.reject(new Error("gone")) } };
  const logger = createLogger("silent", { write: () => {} });
  await expect(log(kong, { joins: new Joins(), runtime: { logger } })).rejects.toThrow("gone");
});
