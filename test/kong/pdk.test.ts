/** Every kind of PDK call, over the stock plugin server. */
import { Probe, type Step, UNDEFINED } from "./probe";

let probe: Probe;

beforeAll(async () => {
  probe = await Probe.start();
}, 30_000);

afterAll(() => probe?.stop());

const one = async (step: Step, options: Parameters<Probe["run"]>[1] = {}): Promise<unknown> =>
  (await probe.run([step], options)).results[0];

describe("asking", () => {
  const options = {
    path: "/a/b?x=1&x=2&flag&empty=",
    headers: { "X-One": "1", "x-utf8": "caf\xc3\xa9" },
    body: Buffer.from("hello"),
  };

  test.each<[Step, unknown]>([
    [["request.getMethod"], "POST"],
    [["request.getPath"], "/a/b"],
    [["request.getPathWithQuery"], "/a/b?x=1&x=2&flag&empty="],
    [["request.getRawQuery"], "x=1&x=2&flag&empty="],
    [["request.getQuery"], { x: ["1", "2"], flag: [], empty: [""] }],
    [["request.getQueryArg", "x"], "1"],
    [["request.getQueryArg", "flag"], true],
    [["request.getQueryArg", "no"], UNDEFINED],
    [["request.getHeader", "x-ONE"], "1"],
    [["request.getHeader", "x-utf8"], "café"],
    [["request.getHeader", "no"], UNDEFINED],
    [["request.getHeaders"], expect.objectContaining({ "x-one": ["1"], "content-type": ["application/json"] })],
    [["request.getHttpVersion"], 1.1],
    [["request.getScheme"], "http"],
    [["request.getHost"], "127.0.0.1"],
    [["request.getRawBody"], { bytes: "hello" }],
    [["client.getIp"], "127.0.0.1"],
    [["client.getConsumer"], UNDEFINED],
    [["client.getCredential"], UNDEFINED],
    [["nginx.getVar", "request_id"], expect.stringMatching(/^[0-9a-f]{32}$/)],
    [["nginx.getVar", "nothing_such"], UNDEFINED],
    [["router.getRoute"], expect.objectContaining({ name: "all", strip_path: false, paths: ["/"] })],
    [["router.getService"], expect.objectContaining({ name: "echo", host: "127.0.0.1", retries: 5 })],
    [["node.getMemoryStats"], expect.anything()],
    [["service.setUpstream", "nobody"], UNDEFINED],
    [["ctx.shared.get", "no"], UNDEFINED],
    [["log.info", "a ", 1, true], UNDEFINED],
    [["request.getNothingSuch"], UNDEFINED],
    [["response.getStatus"], 200],
  ])("%j", async (step, expected) => expect(await one(step, options)).toEqual(expected));

  test("an empty query is an empty map", async () => expect(await one(["request.getQuery"])).toEqual({}));

  test("each result goes back by the step of its kind", async () => {
    await probe.run([["client.getConsumer"], ["request.getHeaders"], ["nginx.getVar", "request_id"], ["router.getRoute"]]);
    await probe.kong.settled();
    const served = probe.kong.served.at(-1);
    const methods = ["kong.client.get_consumer", "kong.request.get_headers", "kong.nginx.get_var", "kong.router.get_route"];
    expect(served?.pdkCalls).toEqual(["kong.request.get_header", ...methods, "kong.service.request.set_header"]);
    expect(served?.rpcs).toBe(1 + methods.length + 2);
  });

  test("an unknown method and the log are in Kong's error log", async () => {
    await probe.run([["request.getNothingSuch"], ["log.warn", "from ", "the plugin"]]);
    expect(probe.kong.errorLog).toContainEqual({
      level: "err",
      message: "could not find pdk method: kong.request.get_nothing_such",
    });
    expect(probe.kong.errorLog).toContainEqual({ level: "warn", message: "from the plugin" });
  });

  test("the request id is the one the upstream and the client get", async () => {
    const { seen, upstream, results } = await probe.run([["nginx.getVar", "request_id"]], {
      headers: { "x-kong-request-id": "forged" },
    });
    expect([upstream.headers["x-kong-request-id"], seen.headers["x-kong-request-id"]]).toEqual([results[0], results[0]]);
  });

  test("shared values are there for later plugins of the same request, not of the next", async () => {
    const { results } = await probe.run([
      ["ctx.shared.set", "k", { deep: [1, "é"] }],
      ["ctx.shared.get", "k"],
    ]);
    expect(results[1]).toEqual({ deep: [1, "é"] });
    expect(await one(["ctx.shared.get", "k"])).toEqual(UNDEFINED);
  });
});

describe("telling", () => {
  test("headers", async () => {
    const { upstream } = await probe.run(
      [
        ["service.request.setHeader", "X-Set", "new"],
        ["service.request.setHeaders", { "x-a": "1", "x-b": ["2", "3"] }],
        ["service.request.addHeader", "x-a", "4"],
        ["service.request.clearHeader", "X-CLEARED"],
        ["service.request.setHeader", "x-number", 7],
        ["service.request.setHeader", "x-lines", "a\r\nx-injected: 1"],
        ["service.request.setHeader", "x-text", "naïve"],
      ],
      { headers: { "x-set": "old", "x-cleared": "gone" } },
    );
    expect(upstream.headers).toMatchObject({ "x-set": "new", "x-a": "1, 4", "x-b": "2, 3", "x-number": "7" });
    expect(upstream.headers["x-text"]).toBe(Buffer.from("naïve").toString("latin1"));
    expect(upstream.headers["x-lines"]).toBe("a%0D%0Ax-injected: 1");
    expect(upstream.headers).not.toHaveProperty("x-cleared");
    expect(upstream.headers).not.toHaveProperty("x-injected");
  });

  test("target, path, query and method", async () => {
    const { upstream } = await probe.run([
      ["service.setTarget", "127.0.0.1", probe.upstream.port],
      ["service.request.setPath", "/elsewhere"],
      ["service.request.setRawQuery", "q=1"],
      ["service.request.setMethod", "PUT"],
    ]);
    expect(upstream).toMatchObject({ method: "PUT", path: "/elsewhere?q=1", headers: { host: "127.0.0.1" } });
  });

  test("a body that was read still goes upstream", async () => {
    const { upstream, results } = await probe.run([["request.getRawBody"]], { body: "hello" });
    expect([results[0], upstream.body]).toEqual([{ bytes: "hello" }, "hello"]);
  });

  test("an absent body is empty", async () =>
    expect(await one(["request.getRawBody"], { method: "GET" })).toEqual({ bytes: "" }));

  test("a header for the answer", async () => {
    const { seen } = await probe.run([["response.setHeader", "x-from-plugin", "1"]]);
    expect(seen).toMatchObject({ status: 200, headers: { "x-from-plugin": "1" } });
  });
});

describe("exit", () => {
  test.each<[Step, number, string, string | undefined]>([
    [["response.exit", 403, "no"], 403, "no", undefined],
    [["response.exit", 418, { message: "téa" }], 418, '{"message":"téa"}', "application/json; charset=utf-8"],
    [["response.exit", 204], 204, "", undefined],
    [["response.exit", 429, "{}", { "Content-Type": "application/problem+json" }], 429, "{}", "application/problem+json"],
    [["response.error", 503, "tired"], 503, expect.stringContaining('"message":"tired"'), "application/json; charset=utf-8"],
  ])("%j", async (step, status, body, type) => {
    const before = probe.upstream.requests.length;
    const { seen } = await probe.run([step, ["service.request.setHeader", "x-after", "1"]]);
    expect({ status: seen.status, body: seen.body.toString(), type: seen.headers["content-type"] }).toEqual({
      status,
      body,
      type,
    });
    expect(seen.headers["x-kong-response-latency"]).toMatch(/^\d+$/);
    expect(seen.headers["server"]).toBe("kong/3.9.3");
    expect(probe.upstream.requests).toHaveLength(before);
  });

  test("no step follows it, whatever the plugin still asks for", async () => {
    await probe.run([["response.exit", 200, "x"], ["request.getMethod"], ["request.getPath"]]);
    await probe.kong.settled();
    expect(probe.kong.served.at(-1)).toMatchObject({ pdkCalls: ["kong.request.get_header", "kong.response.exit"], rpcs: 2 });
  });

  test("two megabytes", async () => {
    const { seen } = await probe.run([["exit-with", 2_000_000]]);
    expect([seen.complete, seen.body.length]).toEqual([true, 2_000_000]);
  });
});

describe("errors in Kong's own code", () => {
  test.each<[Step, string]>([
    [["service.setTarget", "127.0.0.1", 99_999], "port must be an integer between 0 and 65535"],
    [["service.setTarget", null, 80], "host must be a string"],
    [["service.request.setHeader", "x", null], 'invalid header value for "x": got nil'],
    [["service.request.setHeaders", { x: {} }], "invalid header value"],
    [["service.request.setPath", "no-slash"], "path must start with /"],
    [["response.exit", "200"], "code must be a number"],
    [["response.error", 200], "code must be a number between 400"],
    [["log.serialize"], "cannot be called in access phase"],
  ])("%j is a 500, and no step follows", async (step, message) => {
    const before = probe.upstream.requests.length;
    const { seen } = await probe.run([step, ["request.getMethod"]]);
    expect({ status: seen.status, body: JSON.parse(seen.body.toString()) }).toEqual({
      status: 500,
      body: { message: "An unexpected error occurred" },
    });
    expect(probe.kong.errorLog.at(-1)).toEqual({ level: "err", message: expect.stringContaining(message) });
    await probe.kong.settled();
    expect(probe.kong.served.at(-1)?.rpcs).toBe(2);
    expect(probe.upstream.requests).toHaveLength(before);
  });

  test("a body larger than nginx keeps in memory", async () => {
    const body = "x".repeat(8193);
    const { seen } = await probe.run([["request.getRawBody"]], { body });
    expect(seen.status).toBe(500);
    expect(await one(["request.getRawBody", 10_000], { body })).toEqual({ bytes: body });
    expect((await probe.run([["request.getRawBody", 8192]], { body })).seen.status).toBe(500);
  });
});

test("what an instance gets as its configuration", async () => {
  const config = { secret: "{vault://env/my-secret}", nested: {} };
  await probe.restartKong({ config: probe.config([{ name: "probe", config }]), env: { MY_SECRET: "s3cr3t" } });
  expect(await one(["config"])).toEqual({
    note: "none",
    secret: "s3cr3t",
    unset: null,
    list: {},
    nested: { size: 7 },
    $refs: { secret: "{vault://env/my-secret}" },
    route_id: expect.any(String),
    __plugin_id: expect.any(String),
    __key__: expect.stringMatching(/^plugins:probe:/),
    __seq__: expect.any(Number),
    __ws_id: expect.any(String),
  });
  await probe.restartKong({ unset: "absent" });
  expect(await one(["config"])).not.toHaveProperty("unset");
});

test.each([
  [{ nope: 1 }, "config.nope: unknown field"],
  [{ nested: { size: 10 } }, "should be between 1 and 9"],
])("a configuration Kong refuses: %j", async (config, message) =>
  expect(probe.kong.reconfigure(probe.config([{ name: "probe", config }]))).rejects.toThrow(message),
);
