import type { ChatRequest, ReasoningRequest, Tool } from "../../../plugins/core/chat";
import { encode, FLASH_25, LATEST } from "./request";

const LOOK: Tool = { kind: "function", name: "look" };
const SCHEMA = {
  kind: "json-schema",
  name: "answer",
  schema: { type: "object", properties: { a: { type: "string" } } },
} as const;
const JSON_ONLY = { responseMimeType: "application/json" };

it("the request says where it goes", () => {
  expect(encode({}, "gemini-2.5-flash").path).toBe("/v1beta/models/gemini-2.5-flash:generateContent");
  expect(encode({ stream: true }, "models/gemini-2.5-flash").path).toBe(
    "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  );
  expect(encode({}, "a/../b?c#d:e").path).toBe("/v1beta/models/a%2F..%2Fb%3Fc%23d%3Ae:generateContent");
});

it("nothing asked for, nothing said", () => {
  expect(Object.keys(encode({}).body)).toEqual(["contents"]);
});

it.each<[string, Partial<ChatRequest>, string, unknown, string[]]>([
  [
    "what all 2.0 knew",
    {
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      seed: 7,
      frequencyPenalty: 1,
      presencePenalty: -1,
      n: 2,
      stop: ["a"],
      logprobs: true,
      topLogprobs: 4,
    },
    "gemini-2.0-flash",
    {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      seed: 7,
      frequencyPenalty: 1,
      presencePenalty: -1,
      candidateCount: 2,
      stopSequences: ["a"],
      responseLogprobs: true,
      logprobs: 4,
    },
    [],
  ],
  [
    "penalties and logprobs after it",
    { frequencyPenalty: 1, presencePenalty: 1, logprobs: true, topLogprobs: 2, n: 2 },
    FLASH_25,
    { candidateCount: 2 },
    ["frequency_penalty", "presence_penalty", "logprobs", "top_logprobs"],
  ],
  ["several answers from 3 on", { n: 2, temperature: 0.5 }, "gemini-3.5-flash", { temperature: 0.5 }, ["n"]],
  [
    "sampling from 3.6 on",
    { temperature: 0.5, topP: 0.5, topK: 3 },
    "gemini-3.6-flash",
    undefined,
    ["temperature", "top_p", "top_k"],
  ],
  ["and with 3.5 Flash-Lite", { temperature: 0.5 }, "gemini-3.5-flash-lite", undefined, ["temperature"]],
  [
    "values that change nothing",
    { temperature: 1, topP: 1, n: 1, frequencyPenalty: 0, presencePenalty: 0, logprobs: false, logitBias: {} },
    LATEST,
    undefined,
    [],
  ],
  ["no counterpart", { user: "u", logitBias: { "1": 2 } }, LATEST, undefined, ["logit_bias", "user"]],
  ["stop words", { stop: ["", "1", "2", "3", "4", "5", "6"] }, LATEST, { stopSequences: ["1", "2", "3", "4", "5"] }, ["stop"]],
  ["a seed beyond 32 bits", { seed: 2 ** 31 + 5 }, LATEST, { seed: -(2 ** 31) + 5 }, []],
  ["no top logprobs", { logprobs: true, topLogprobs: 0 }, "gemini-2.0-flash", { responseLogprobs: true }, []],
])("%s", (_what, fields, model, expected, lost) => {
  const { body, dropped } = encode(fields, model);
  expect(body.generationConfig).toEqual(expected);
  expect(dropped).toEqual(lost);
});

it.each<[string, Partial<ChatRequest>, string, unknown, string[]]>([
  ["text", { responseFormat: { kind: "text" } }, LATEST, undefined, []],
  ["JSON", { responseFormat: { kind: "json-object" } }, LATEST, JSON_ONLY, []],
  [
    "a schema",
    { responseFormat: SCHEMA },
    LATEST,
    { ...JSON_ONLY, responseJsonSchema: { title: "answer", ...SCHEMA.schema } },
    [],
  ],
  [
    "a schema with words of its own",
    { responseFormat: { ...SCHEMA, description: "d", schema: { title: "own", type: "object" } } },
    LATEST,
    { ...JSON_ONLY, responseJsonSchema: { title: "own", description: "d", type: "object" } },
    [],
  ],
  [
    "a schema beside functions",
    { responseFormat: SCHEMA, tools: [LOOK] },
    LATEST,
    { ...JSON_ONLY, responseJsonSchema: { title: "answer", ...SCHEMA.schema } },
    [],
  ],
  ["that before Gemini 3", { responseFormat: SCHEMA, tools: [LOOK] }, FLASH_25, undefined, ["response_format"]],
  [
    "a schema with a dead reference",
    { responseFormat: { ...SCHEMA, schema: { $ref: "#/$defs/No" } } },
    LATEST,
    { ...JSON_ONLY, responseJsonSchema: { title: "answer" } },
    ["response_format.json_schema.schema"],
  ],
])("answers as %s", (_what, fields, model, expected, lost) => {
  const { body, dropped } = encode(fields, model);
  expect(body.generationConfig).toEqual(expected);
  expect(dropped).toEqual(lost);
});

const EFFORT = ["reasoning_effort"];
const BUDGET = ["thinking.budget_tokens"];
const PRO_25 = "gemini-2.5-pro";

it.each<[string, ReasoningRequest, unknown, string[]]>([
  [LATEST, { effort: "none" }, { thinkingLevel: "low" }, EFFORT],
  [LATEST, { effort: "minimal" }, { thinkingLevel: "low", includeThoughts: true }, []],
  [LATEST, { effort: "low" }, { thinkingLevel: "low", includeThoughts: true }, []],
  [LATEST, { effort: "medium" }, { thinkingLevel: "medium", includeThoughts: true }, []],
  [LATEST, { effort: "high" }, { thinkingLevel: "high", includeThoughts: true }, []],
  [LATEST, { effort: "xhigh", include: false }, { thinkingLevel: "high" }, []],
  [LATEST, { budgetTokens: 500 }, { thinkingLevel: "low", includeThoughts: true }, BUDGET],
  [LATEST, { budgetTokens: 5000 }, { thinkingLevel: "medium", includeThoughts: true }, BUDGET],
  [LATEST, { budgetTokens: 50_000 }, { thinkingLevel: "high", includeThoughts: true }, BUDGET],
  [LATEST, { budgetTokens: 0 }, { thinkingLevel: "low" }, BUDGET],
  [LATEST, { budgetTokens: 5000, effort: "high" }, { thinkingLevel: "high", includeThoughts: true }, BUDGET],
  [LATEST, { include: true }, { includeThoughts: true }, []],
  [LATEST, { include: false }, undefined, []],
  [LATEST, { effort: "constructor" }, undefined, EFFORT],
  ["gemini-flash-latest", { effort: "minimal" }, { thinkingLevel: "low", includeThoughts: true }, []],
  ["gemini-4-argon", { effort: "medium" }, { thinkingLevel: "medium", includeThoughts: true }, []],
  ["gemini-3.6-flash", { effort: "none" }, { thinkingLevel: "minimal" }, EFFORT],
  ["gemini-3-flash-preview", { effort: "minimal" }, { thinkingLevel: "minimal", includeThoughts: true }, []],
  ["gemini-3.1-flash-lite", { effort: "minimal" }, { thinkingLevel: "minimal", includeThoughts: true }, []],
  ["gemini-3.1-pro-preview", { effort: "minimal" }, { thinkingLevel: "low", includeThoughts: true }, []],
  ["gemini-3-pro-preview", { effort: "medium" }, { thinkingLevel: "high", includeThoughts: true }, []],
  ["gemini-3-pro-image", { effort: "high" }, undefined, EFFORT],
  [FLASH_25, { effort: "none" }, { thinkingBudget: 0 }, []],
  [FLASH_25, { effort: "low" }, { thinkingBudget: 1024, includeThoughts: true }, []],
  [FLASH_25, { effort: "medium" }, { thinkingBudget: 8192, includeThoughts: true }, []],
  [FLASH_25, { effort: "high" }, { thinkingBudget: 24_576, includeThoughts: true }, []],
  [FLASH_25, { effort: "xhigh" }, { thinkingBudget: 24_576, includeThoughts: true }, []],
  [FLASH_25, { budgetTokens: 30_000 }, { thinkingBudget: 24_576, includeThoughts: true }, BUDGET],
  [FLASH_25, { budgetTokens: 2000, effort: "low" }, { thinkingBudget: 2000, includeThoughts: true }, []],
  ["gemini-2.5-flash-lite", { budgetTokens: 100 }, { thinkingBudget: 512, includeThoughts: true }, BUDGET],
  [PRO_25, { effort: "none" }, { thinkingBudget: 128 }, EFFORT],
  [PRO_25, { effort: "xhigh" }, { thinkingBudget: 32_768, includeThoughts: true }, []],
  ["gemini-2.0-flash", { effort: "low" }, undefined, EFFORT],
  ["gemini-2.0-flash", { budgetTokens: 9 }, undefined, BUDGET],
  ["gemini-2.0-flash", { effort: "none" }, undefined, []],
  ["gemma-3-27b-it", { effort: "low" }, undefined, EFFORT],
])("thinking: %s with %j", (model, reasoning, expected, lost) => {
  const { body, dropped } = encode({ reasoning }, model);
  expect(body.generationConfig?.["thinkingConfig"]).toEqual(expected);
  expect(dropped).toEqual(lost);
});
