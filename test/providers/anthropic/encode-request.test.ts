import type { ChatRequest, Part, ResponseFormat, Tool, ToolChoice } from "../../../plugins/core/chat";
import { anthropic } from "../../../plugins/providers/anthropic";
import { assistant, calls, chat, encode, result, SONNET, user } from "./request";

const look: Tool = { kind: "function", name: "look", parameters: { type: "object", properties: { at: { type: "string" } } } };
const find: Tool = { kind: "function", name: "find" };
const search: Tool = { kind: "server", value: { type: "web_search_20250305", name: "web_search", max_uses: 2 } };

it("is one POST with the version header and no credential", () => {
  const { path, headers, body, dropped } = anthropic.encodeRequest(chat({ stream: true }), { model: SONNET });
  expect({ path, headers, dropped }).toEqual({
    path: "/v1/messages",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
    dropped: [],
  });
  expect(JSON.parse(body.toString("utf8"))).toEqual({
    model: SONNET,
    max_tokens: 128_000,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    stream: true,
  });
  expect(anthropic.credential("key")).toBe("key");
});

describe("max_tokens", () => {
  it.each([
    ["claude-3-opus-20240229", 4096],
    ["claude-3-5-sonnet-20241022", 8192],
    ["claude-3.7-sonnet", 64_000],
    ["claude-opus-4-20250514", 32_000],
    ["anthropic/claude-opus-4.5", 64_000],
    ["claude-sonnet-4-6", 128_000],
    ["claude-haiku-5-5", 128_000],
    ["claude-opus-7", 128_000],
  ])("of %s is %d where nobody says", (model, expected) => {
    const { body } = anthropic.encodeRequest(chat(), { model });
    expect((JSON.parse(body.toString("utf8")) as { max_tokens: number }).max_tokens).toBe(expected);
  });

  it("follows the client, then the target, and never passes what the model gives", () => {
    expect(encode({ maxTokens: 10 }).body["max_tokens"]).toBe(10);
    expect(encode({}, SONNET, { maxOutputTokens: 500 }).body["max_tokens"]).toBe(500);
    expect(encode({ maxTokens: 900 }, SONNET, { maxOutputTokens: 500 })).toMatchObject({
      body: { max_tokens: 500 },
      dropped: ["max_tokens"],
    });
    expect(encode({ maxTokens: 9000 }, "claude-3-5-haiku-latest")).toMatchObject({
      body: { max_tokens: 8192 },
      dropped: ["max_tokens"],
    });
  });

  it("of other makers' models is taken as it comes", () => {
    const { body, dropped } = anthropic.encodeRequest(chat({ maxTokens: 900_000 }), { model: "kimi-k3" });
    expect(JSON.parse(body.toString("utf8"))).toMatchObject({ max_tokens: 900_000 });
    expect(dropped).toEqual([]);
  });
});

describe("sampling", () => {
  it.each<[Partial<ChatRequest>, string, object, string[]]>([
    [{ temperature: 0.2, topK: 5, stop: ["END"] }, SONNET, { temperature: 0.2, top_k: 5, stop_sequences: ["END"] }, []],
    [{ temperature: 1.6 }, SONNET, { temperature: 1 }, ["temperature"]],
    [{ temperature: 0.2, topP: 0.5 }, SONNET, { temperature: 0.2 }, ["top_p"]],
    [{ temperature: 0.2, topP: 1 }, SONNET, { temperature: 0.2 }, []],
    [{ temperature: 1, topP: 0.5 }, SONNET, { top_p: 0.5 }, []],
    [{ temperature: 0.2, topP: 0.5 }, "claude-3-7-sonnet-20250219", { temperature: 0.2, top_p: 0.5 }, []],
    // The date is no minor version.
    [{ temperature: 0.2, topP: 0.5 }, "claude-sonnet-4-20250514", { temperature: 0.2, top_p: 0.5 }, []],
    [{ temperature: 0.2, topP: 0.5, topK: 5 }, "claude-opus-4-7", {}, ["temperature", "top_p", "top_k"]],
    [{ temperature: 1, topP: 1 }, "claude-opus-5-5", {}, []],
    [{ temperature: 0.2, topK: 5, reasoning: { effort: "low" } }, SONNET, {}, ["temperature", "top_k"]],
    [{ topP: 0.96, reasoning: { effort: "low" } }, SONNET, { top_p: 0.96 }, []],
    [{ topP: 0.9, reasoning: { effort: "low" } }, SONNET, {}, ["top_p"]],
    [{ stop: ["\n\n", "END", ""] }, SONNET, { stop_sequences: ["END"] }, ["stop"]],
    [{ stop: ["\n"] }, SONNET, {}, ["stop"]],
  ])("%j on %s", (fields, model, expected, dropped) => {
    const { body, dropped: said } = encode(fields, model);
    const { temperature, top_p, top_k, stop_sequences } = body;
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k, stop_sequences }))).toEqual(expected);
    expect(said).toEqual(dropped);
  });
});

it("reports what has no counterpart, and keeps quiet about values that change nothing", () => {
  const asked = {
    seed: 1,
    n: 2,
    frequencyPenalty: 0.1,
    presencePenalty: -1,
    logprobs: true,
    topLogprobs: 2,
    logitBias: { 1: 2 },
  };
  expect(encode(asked).dropped).toEqual([
    ...["n", "seed", "frequency_penalty", "presence_penalty", "logprobs", "top_logprobs", "logit_bias"],
  ]);
  const idle = {
    n: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    logprobs: false,
    topLogprobs: 0,
    logitBias: {},
    parallelToolCalls: true,
  };
  expect(encode({ ...idle, extra: { store: false, modalities: ["text"], tools_meta: null } }).dropped).toEqual([]);
});

describe("extra fields", () => {
  it.each<[object, string | undefined, object, string[]]>([
    [{ service_tier: "auto" }, undefined, { service_tier: "auto" }, []],
    [{ service_tier: "default" }, undefined, { service_tier: "standard_only" }, []],
    [{ service_tier: "flex" }, undefined, {}, ["service_tier"]],
    [{ cache_control: { type: "ephemeral", ttl: "1h" } }, undefined, { cache_control: { type: "ephemeral", ttl: "1h" } }, []],
    [{ cache_control: true }, undefined, {}, ["cache_control"]],
    [{ safety_identifier: "s" }, undefined, { metadata: { user_id: "s" } }, []],
    [{ safety_identifier: "s", metadata: { user_id: "m" } }, "u", { metadata: { user_id: "u" } }, []],
    [{ metadata: { user_id: "m" } }, undefined, { metadata: { user_id: "m" } }, []],
    [{ metadata: { user_id: "m", job: "x" } }, undefined, { metadata: { user_id: "m" } }, ["metadata"]],
    [{}, "u".repeat(257), {}, ["user"]],
    [
      { container: "c", mcp_servers: [], inference_geo: "us", speed: "fast", context_management: {}, what: 1 },
      undefined,
      {},
      ["container", "mcp_servers", "inference_geo", "speed", "context_management", "what"],
    ],
    [{ store: true }, undefined, {}, ["store"]],
  ])("%j, user %s", (extra, who, expected, dropped) => {
    const { body, dropped: said } = encode({ extra: extra as ChatRequest["extra"], ...(who === undefined ? {} : { user: who }) });
    const { service_tier, cache_control, metadata } = body;
    expect(JSON.parse(JSON.stringify({ service_tier, cache_control, metadata }))).toEqual(expected);
    expect(said).toEqual(dropped);
  });

  it("take __proto__ as a name like any other", () => {
    const extra = JSON.parse('{"__proto__":{"stream":true},"constructor":1}') as ChatRequest["extra"];
    const { body, dropped } = encode({ extra });
    expect(dropped).toEqual(["__proto__", "constructor"]);
    expect(body["stream"]).toBeUndefined();
  });
});

describe("tools", () => {
  it("take schema, description, cache mark and Anthropic's own fields; others are reported", () => {
    const tool: Tool = {
      ...{ kind: "function", name: "look", description: "Looks.", cache: { type: "ephemeral" } },
      ...{
        parameters: { properties: { a: {} } },
        extra: { defer_loading: true, odd: 1, function: { input_examples: [{}], strange: 2 } },
      },
    };
    const { body, dropped } = encode({ tools: [tool, find, search] });
    expect(body["tools"]).toEqual([
      {
        ...{ name: "look", description: "Looks.", input_schema: { properties: { a: {} }, type: "object" } },
        ...{ input_examples: [{}], defer_loading: true, cache_control: { type: "ephemeral" } },
      },
      { name: "find", input_schema: { type: "object", properties: {} } },
      search.value,
    ]);
    expect(dropped).toEqual(["tools[].function.strange", "tools[].odd"]);
  });

  it("tell alternatives at the top of a schema in words", () => {
    const parameters = { anyOf: [{ required: ["a"] }, { required: ["b"] }], properties: { a: {}, b: {} } };
    const { body, dropped } = encode({ tools: [{ kind: "function", name: "look", parameters }] });
    expect(body["tools"]).toEqual([
      {
        name: "look",
        description: 'The input must match anyOf [{"required":["a"]},{"required":["b"]}].',
        input_schema: { properties: { a: {}, b: {} }, type: "object" },
      },
    ]);
    expect(dropped).toEqual(["tools[].function.parameters"]);
  });

  it("are strict where model and schema allow it", () => {
    const strict: Tool = { ...look, strict: true };
    const closed = { type: "object", properties: { at: { type: "string" } }, additionalProperties: false };
    expect(encode({ tools: [strict] })).toMatchObject({ body: { tools: [{ strict: true, input_schema: closed }] }, dropped: [] });
    expect(encode({ tools: [strict] }, "claude-sonnet-4-20250514")).toMatchObject({
      body: { tools: [{ name: "look", input_schema: look.parameters }] },
      dropped: ["tools[].function.strict"],
    });
    const open: Tool = {
      kind: "function",
      name: "look",
      strict: true,
      parameters: { type: "object", additionalProperties: true },
    };
    expect(encode({ tools: [open] }).dropped).toEqual(["tools[].function.strict"]);
    const many = Array.from(
      { length: 21 },
      (_, at): Tool => ({ ...strict, name: `t${at}`, parameters: { ...closed, required: ["at"] } }),
    );
    const { body, dropped } = encode({ tools: many });
    expect((body["tools"] as { strict?: true }[]).filter((tool) => tool.strict)).toHaveLength(20);
    expect(dropped).toEqual(["tools[].function.strict"]);
  });

  it("become functions with one string where they are free-form", () => {
    const custom: Tool = {
      kind: "custom",
      name: "patch",
      value: { name: "patch", description: "Patches.", format: { type: "grammar", definition: "x" } },
    };
    const { body, dropped } = encode({ tools: [custom] });
    expect(body["tools"]).toEqual([
      {
        name: "patch",
        description: 'Patches.\n\nThe input must match this format: {"type":"grammar","definition":"x"}',
        input_schema: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
      },
    ]);
    expect(dropped).toEqual(["tools[].custom.format"]);
  });

  it("of other providers are reported, and web_search_options becomes a tool", () => {
    const google: Tool = { kind: "server", value: { type: "google_search" } };
    const approximate = { country: "DE", city: "Kiel" };
    const options = { search_context_size: "low", user_location: { type: "approximate", approximate } };
    const { body, dropped } = encode({ tools: [google], extra: { web_search_options: options } });
    expect(body["tools"]).toEqual([
      { type: "web_search_20250305", name: "web_search", user_location: { type: "approximate", ...approximate } },
    ]);
    expect(dropped).toEqual(["web_search_options.search_context_size", "tools[].google_search"]);
    expect(encode({ tools: [search], extra: { web_search_options: {} } })).toMatchObject({
      body: { tools: [search.value] },
      dropped: [],
    });
  });

  it("are defined for a history that calls them, but may not be called, where the client offers none", () => {
    const { body } = encode({ messages: [user("A"), calls("c1"), result("c1")], toolChoice: { mode: "none" } });
    expect(body["tools"]).toEqual([{ name: "look", input_schema: { type: "object", properties: {} } }]);
    expect(body["tool_choice"]).toEqual({ type: "none" });
  });

  it.each<[ToolChoice | undefined, boolean | undefined, string, object | undefined, string[], string[]]>([
    [undefined, undefined, SONNET, undefined, ["look", "find"], []],
    [undefined, false, SONNET, { type: "auto", disable_parallel_tool_use: true }, ["look", "find"], []],
    [{ mode: "auto" }, true, SONNET, { type: "auto" }, ["look", "find"], []],
    [{ mode: "none" }, false, SONNET, { type: "none" }, ["look", "find"], []],
    [{ mode: "required" }, false, SONNET, { type: "any", disable_parallel_tool_use: true }, ["look", "find"], []],
    [{ mode: "required" }, undefined, "claude-opus-5-5", { type: "auto" }, ["look", "find"], ["tool_choice"]],
    [{ mode: "tool", name: "find" }, undefined, SONNET, { type: "tool", name: "find" }, ["look", "find"], []],
    [
      { mode: "tool", name: "find" },
      false,
      "claude-sonnet-5-5",
      { type: "auto", disable_parallel_tool_use: true },
      ["look", "find"],
      ["tool_choice"],
    ],
    [{ mode: "tool", name: "find" }, undefined, "claude-haiku-5-5", { type: "tool", name: "find" }, ["look", "find"], []],
    [{ mode: "allowed", required: false, names: ["find"] }, undefined, SONNET, { type: "auto" }, ["find"], []],
    [{ mode: "allowed", required: true, names: ["find", "gone"] }, undefined, SONNET, { type: "any" }, ["find"], []],
  ])("choice %j, parallel %s, on %s", (toolChoice, parallelToolCalls, model, choice, names, dropped) => {
    const asked = { ...(toolChoice && { toolChoice }), ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }) };
    const { body, dropped: said } = encode({ tools: [look, find], ...asked }, model);
    expect(body["tool_choice"]).toEqual(choice);
    expect((body["tools"] as { name: string }[]).map(({ name }) => name)).toEqual(names);
    expect(said).toEqual(dropped);
  });
});

describe("reasoning", () => {
  const adaptive = { type: "adaptive", display: "summarized" };
  const budget = (tokens: number): object => ({ type: "enabled", budget_tokens: tokens });

  it.each<[ChatRequest["reasoning"], string, object | undefined, string | undefined, string[]]>([
    [undefined, "claude-opus-5", undefined, undefined, []],
    [{ effort: "high" }, "claude-opus-4-8", adaptive, "high", []],
    [{ effort: "xhigh" }, "claude-opus-4-8", adaptive, "xhigh", []],
    [{ effort: "xhigh" }, SONNET, adaptive, "high", ["reasoning_effort"]],
    [{ effort: "minimal" }, "claude-opus-5", adaptive, "low", ["reasoning_effort"]],
    [{ effort: "medium", include: false }, "claude-opus-5-5", { type: "adaptive", display: "omitted" }, "medium", []],
    [{ include: true }, "claude-opus-5-5", adaptive, undefined, []],
    [{ include: true }, "claude-sonnet-4-5", undefined, undefined, []],
    [{ budgetTokens: 4000 }, SONNET, budget(4000), undefined, []],
    [{ budgetTokens: 4000 }, "claude-fable-5-1", adaptive, "medium", ["thinking.budget_tokens"]],
    [{ budgetTokens: 4000, effort: "max" }, "claude-fable-5-1", adaptive, "max", ["thinking.budget_tokens"]],
    [{ effort: "medium" }, "claude-sonnet-4-5", budget(8192), undefined, []],
    [{ effort: "minimal" }, "claude-3-7-sonnet-20250219", budget(1024), undefined, []],
    [
      { budgetTokens: 200, include: false },
      "claude-haiku-4-5",
      { ...budget(1024), display: "omitted" },
      undefined,
      ["thinking.budget_tokens"],
    ],
    [{ effort: "high" }, "claude-3-5-sonnet-20241022", undefined, undefined, ["reasoning_effort"]],
    [{ effort: "silly" }, "claude-opus-5", undefined, undefined, ["reasoning_effort"]],
    [{ effort: "none" }, SONNET, undefined, undefined, []],
    [{ effort: "none" }, "claude-sonnet-5", { type: "disabled" }, undefined, []],
    [{ effort: "none" }, "claude-haiku-5-5", { type: "disabled" }, undefined, []],
    [{ effort: "none" }, "claude-sonnet-5-5", { type: "between_tools" }, undefined, []],
    [{ effort: "none" }, "claude-opus-5-5", undefined, "low", ["reasoning_effort"]],
    [{ effort: "none" }, "claude-mythos-preview", undefined, "low", ["reasoning_effort"]],
    [{ effort: "low" }, "claude-next", adaptive, "low", []],
  ])("%j on %s", (reasoning, model, thinking, effort, dropped) => {
    const { body, dropped: said } = anthropic.encodeRequest(chat(reasoning === undefined ? {} : { reasoning }), { model });
    const value = JSON.parse(body.toString("utf8")) as { thinking?: object; output_config?: { effort?: string } };
    expect(value.thinking).toEqual(thinking);
    expect(value.output_config?.effort).toEqual(effort);
    expect(said).toEqual(dropped);
  });

  it.each([
    [1000, undefined, "reasoning_effort"],
    [1025, 1024, undefined],
    [3000, 1500, undefined],
    [100_000, 16_384, undefined],
  ])("a budget of our own leaves room in %d tokens", (maxTokens, tokens, dropped) => {
    const { body, dropped: said } = encode({ maxTokens, reasoning: { effort: "high" } }, "claude-sonnet-4-5");
    expect((body["thinking"] as { budget_tokens?: number } | undefined)?.budget_tokens).toBe(tokens);
    expect(said.includes("reasoning_effort")).toBe(dropped !== undefined);
  });

  it("keeps a budget the client set if it fits, else the nearest", () => {
    const fits = encode({ maxTokens: 5000, reasoning: { budgetTokens: 4999 } }, "claude-sonnet-4-5");
    expect(fits).toMatchObject({ body: { thinking: budget(4999) }, dropped: [] });
    const over = encode({ maxTokens: 5000, reasoning: { budgetTokens: 9000 } }, "claude-sonnet-4-5");
    expect(over).toMatchObject({ body: { thinking: budget(4999) }, dropped: ["thinking.budget_tokens"] });
  });

  it("gives way to a forced tool", () => {
    const fields = { tools: [look], toolChoice: { mode: "required" as const }, reasoning: { effort: "high" } };
    const counted = encode(fields, "claude-sonnet-4-5");
    expect(counted.body["thinking"]).toBeUndefined();
    expect(counted.dropped).toEqual(["reasoning_effort"]);
    const levelled = encode(fields, "claude-opus-5");
    expect(levelled.body).toMatchObject({ output_config: { effort: "high" }, tool_choice: { type: "any" } });
    expect(levelled.body["thinking"]).toBeUndefined();
    expect(levelled.dropped).toEqual(["reasoning_effort"]);
  });

  it("with a fixed budget pauses in a tool loop that began without a thought, and goes on after it", () => {
    const reasoning = { effort: "low" };
    const loop = [user("A"), calls("c1"), result("c1")];
    expect(encode({ reasoning, messages: loop }, "claude-sonnet-4-5").dropped).toEqual(["reasoning_effort"]);
    const thought: Part = { type: "reasoning", text: "hm", provider: "anthropic", signature: "s" };
    const [ask, called, seen] = [user("A"), calls("c1"), result("c1")];
    const thoughtful = [ask, { ...called, parts: [thought, ...called.parts] }, seen];
    expect(encode({ reasoning, messages: thoughtful }, "claude-sonnet-4-5")).toMatchObject({
      body: { thinking: budget(2048) },
      dropped: [],
    });
    const next = encode({ reasoning, messages: [...loop, assistant("B"), user("C")] }, "claude-sonnet-4-5");
    expect(next).toMatchObject({ body: { thinking: budget(2048) }, dropped: [] });
    expect(encode({ reasoning, messages: loop }, "claude-opus-5")).toMatchObject({ body: { thinking: adaptive }, dropped: [] });
  });
});

describe("response_format", () => {
  const asked = (schema: object, description?: string): ResponseFormat => ({
    ...{ kind: "json-schema", name: "answer", schema: schema as { [key: string]: unknown }, strict: true },
    ...(description === undefined ? {} : { description }),
  });
  const answer = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };

  it("is a grammar where the model has that", () => {
    const { body, dropped } = encode({ responseFormat: asked(answer, "The answer.") });
    expect(body["output_config"]).toEqual({
      format: { type: "json_schema", schema: { ...answer, additionalProperties: false, description: "The answer." } },
    });
    expect(dropped).toEqual([]);
  });

  it("goes together with effort", () => {
    const { body } = encode({ responseFormat: asked(answer), reasoning: { effort: "low" } }, "claude-opus-5-5");
    expect(body["output_config"]).toMatchObject({ effort: "low", format: { type: "json_schema" } });
  });

  it("reports constraints that are only words now", () => {
    const { dropped } = encode({ responseFormat: asked({ ...answer, minProperties: 1 }) });
    expect(dropped).toEqual(["response_format.json_schema.schema"]);
  });

  it.each<[string, ResponseFormat, string, RegExp]>([
    ["an old model", asked(answer, "The answer."), "claude-sonnet-4-20250514", /It is: The answer\..*"required":\["a"\]/s],
    ["a recursive schema", asked({ type: "object", properties: { a: { $ref: "#" } } }), SONNET, /"\$ref":"#"/],
    ["a map", asked({ type: "object", additionalProperties: { type: "number" } }), SONNET, /additionalProperties/],
    ["json_object", { kind: "json-object" }, "claude-opus-5-5", /one JSON object and nothing else/],
  ])("is an instruction behind the system prompt, reported, for %s", (_, responseFormat, model, expected) => {
    const { body, dropped } = encode(
      { responseFormat, messages: [{ role: "system", parts: [{ type: "text", text: "S" }] }, user("A")] },
      model,
    );
    const [first, second] = body["system"] as { text: string }[];
    expect(first?.text).toBe("S");
    expect(second?.text).toMatch(expected);
    expect(body["output_config"]).toBeUndefined();
    expect(dropped).toEqual(["response_format"]);
  });

  it("shares the limits of one request with strict tools, and goes first", () => {
    const wide = (count: number): object => ({
      ...{
        type: "object",
        properties: Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, { type: "string" }])),
      },
    });
    const tool: Tool = { kind: "function", name: "look", strict: true, parameters: wide(10) as { [key: string]: unknown } };
    const { body, dropped } = encode({ responseFormat: asked(wide(20)), tools: [tool] });
    expect(body["output_config"]).toBeDefined();
    expect(dropped).toEqual(["tools[].function.strict"]);
    expect(encode({ responseFormat: asked(wide(25)) }).dropped).toEqual(["response_format"]);
  });
});
