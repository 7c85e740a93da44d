import type { ChatRequest, Tool, ToolChoice } from "../../../plugins/core/chat";
import { encode, FLASH_25, LATEST } from "./request";

const LOOK: Tool = {
  kind: "function",
  name: "look",
  description: "Looks.",
  parameters: { type: "object", properties: { at: { type: "string" } } },
};
const STRICT: Tool = { kind: "function", name: "walk", strict: true, parameters: { type: "object", properties: {} } };
const SEARCH: Tool = { kind: "server", value: { google_search: {} } };
const SHELL: Tool = {
  kind: "custom",
  name: "shell",
  value: { name: "shell", description: "Runs.", format: { type: "grammar" } },
};

it("functions are declared in one tool, with their schema as JSON Schema", () => {
  const { body, dropped } = encode({
    tools: [LOOK, SEARCH, { kind: "function", name: "stop" }, { kind: "function", name: "go", parameters: {} }],
  });
  expect(body.tools).toEqual([
    {
      functionDeclarations: [
        { name: "look", description: "Looks.", parametersJsonSchema: { type: "object", properties: { at: { type: "string" } } } },
        { name: "stop" },
        { name: "go" },
      ],
    },
    { google_search: {} },
  ]);
  expect(dropped).toEqual([]);
});

it("parameters are an object even where the schema does not say so", () => {
  const { body } = encode({ tools: [{ kind: "function", name: "f", parameters: { properties: { a: {} } } }] });
  expect(body.tools?.[0]).toEqual({
    functionDeclarations: [{ name: "f", parametersJsonSchema: { type: "object", properties: { a: {} } } }],
  });
});

it("a custom tool becomes a function with one string", () => {
  const { body, dropped } = encode({ tools: [SHELL] });
  const parametersJsonSchema = { type: "object", properties: { input: { type: "string" } }, required: ["input"] };
  expect(body.tools).toEqual([{ functionDeclarations: [{ name: "shell", description: "Runs.", parametersJsonSchema }] }]);
  expect(dropped).toEqual(["tools[].custom.format"]);
});

it.each<[string, { [key: string]: unknown }, unknown, string[]]>([
  ["as Google writes them", { url_context: {} }, [{ url_context: {} }], []],
  ["by type", { type: "google_search" }, [{ google_search: {} }], []],
  [
    "by type, with options",
    { type: "file_search", file_search_store_names: ["a"] },
    [{ file_search: { file_search_store_names: ["a"] } }],
    [],
  ],
  ["by type and name", { type: "codeExecution", codeExecution: { a: 1 } }, [{ codeExecution: { a: 1 } }], []],
  ["of OpenAI", { type: "web_search_preview" }, undefined, ["tools[].web_search_preview"]],
  ["of Anthropic", { type: "bash_20250124", name: "bash" }, undefined, ["tools[].bash_20250124"]],
])("server tools %s", (_what, value, expected, lost) => {
  const { body, dropped } = encode({ tools: [{ kind: "server", value }] });
  expect(body.tools).toEqual(expected);
  expect(dropped).toEqual(lost);
});

it("server tools beside functions need Gemini 3 to show their calls", () => {
  expect(encode({ tools: [LOOK, SEARCH] }).body.toolConfig).toEqual({ includeServerSideToolInvocations: true });
  expect(encode({ tools: [LOOK, SEARCH] }, FLASH_25).body.toolConfig).toBeUndefined();
  expect(encode({ tools: [SEARCH] }).body.toolConfig).toBeUndefined();
});

it("web_search_options asks for Google's search", () => {
  const { body, dropped } = encode({ extra: { web_search_options: { search_context_size: "low" } } });
  expect(body.tools).toEqual([{ googleSearch: {} }]);
  expect(dropped).toEqual(["web_search_options.search_context_size"]);
});

it.each<[string, Tool[], ToolChoice | undefined, unknown, string[]]>([
  ["nothing said", [LOOK], undefined, undefined, []],
  ["auto", [LOOK], { mode: "auto" }, undefined, []],
  ["auto, strict", [LOOK, STRICT], { mode: "auto" }, { mode: "VALIDATED" }, []],
  ["nothing said, strict", [STRICT], undefined, { mode: "VALIDATED" }, []],
  ["none", [LOOK], { mode: "none" }, { mode: "NONE" }, []],
  ["required", [LOOK], { mode: "required" }, { mode: "ANY" }, []],
  ["one", [LOOK, STRICT], { mode: "tool", name: "look" }, { mode: "ANY", allowedFunctionNames: ["look"] }, []],
  [
    "a custom one",
    [SHELL],
    { mode: "tool", name: "shell", custom: true },
    { mode: "ANY", allowedFunctionNames: ["shell"] },
    ["tools[].custom.format"],
  ],
  [
    "one of some",
    [LOOK, STRICT],
    { mode: "allowed", required: true, names: ["look", "walk"] },
    { mode: "ANY", allowedFunctionNames: ["look", "walk"] },
    [],
  ],
  [
    "some or none",
    [LOOK, STRICT],
    { mode: "allowed", required: false, names: ["look"] },
    { mode: "VALIDATED", allowedFunctionNames: ["look"] },
    [],
  ],
  ["one that is not declared", [LOOK], { mode: "tool", name: "fly" }, undefined, ["tool_choice"]],
  [
    "some that are not",
    [LOOK],
    { mode: "allowed", required: true, names: ["look", "google_search"] },
    { mode: "ANY", allowedFunctionNames: ["look"] },
    ["tool_choice"],
  ],
  ["required of server tools", [SEARCH], { mode: "required" }, undefined, ["tool_choice"]],
  ["none without tools", [], { mode: "none" }, undefined, []],
])("tool choice: %s", (_what, tools, toolChoice, expected, lost) => {
  const { body, dropped } = encode({ tools, ...(toolChoice === undefined ? {} : { toolChoice }) });
  expect(body.toolConfig?.["functionCallingConfig"]).toEqual(expected);
  expect(dropped).toEqual(lost);
});

it.each<[string, Partial<ChatRequest>, string[]]>([
  ["one call at a time", { tools: [LOOK], parallelToolCalls: false }, ["parallel_tool_calls"]],
  ["that without functions", { tools: [SEARCH], parallelToolCalls: false }, []],
  ["a cache mark", { tools: [{ ...LOOK, cache: { type: "ephemeral" } } as Tool] }, ["tools[].cache_control"]],
  ["unknown fields", { tools: [{ ...LOOK, extra: { defer_loading: true } } as Tool] }, ["tools[].defer_loading"]],
])("cannot be: %s", (_what, fields, lost) => {
  expect(encode(fields, LATEST).dropped).toEqual(lost);
});
