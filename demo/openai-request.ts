/** An OpenAI chat completions request, read as strictly as OpenAI reads it. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, numberAt, objectAt, stringAt } from "../plugins/core/read-json";
import { readOpenaiMessages } from "./openai-messages";
import { type DemoPrompt, type DemoTool, demand, type WireRequest } from "./wire";

const FIELDS = new Set(
  (
    "audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages metadata " +
    "modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options " +
    "prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store stream " +
    "stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options"
  ).split(" "),
);
/** Models that count thoughts: `max_tokens` means nothing to them and is refused. */
const REASONING_MODEL = /^(o\d|gpt-5)/;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const RANGES = [
  ["temperature", 0, 2],
  ["top_p", 0, 1],
  ["frequency_penalty", -2, 2],
  ["presence_penalty", -2, 2],
  ["n", 1, 128],
  ["top_logprobs", 0, 20],
  ["max_tokens", 1, Number.MAX_SAFE_INTEGER],
  ["max_completion_tokens", 1, Number.MAX_SAFE_INTEGER],
] as const;
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh"];

export function decodeOpenaiRequest(_request: WireRequest, body: JsonObject): DemoPrompt {
  for (const key of Object.keys(body)) demand(FIELDS.has(key), `Unrecognized request argument supplied: ${key}`);
  const model = stringAt(body, "model") ?? "";
  demand(model !== "", "you must provide a model parameter");
  checkNumbers(body, model);
  checkOptions(body);
  const tools = readTools(body);
  const messages = readOpenaiMessages(body);
  const output = readFormat(body, messages.texts);
  const effort = stringAt(body, "reasoning_effort") ?? "none";
  const choice = body["tool_choice"];
  return {
    ...messages,
    format: "OpenAI",
    model,
    stream: body["stream"] === true ? "sse" : false,
    tools: allowedTools(tools, choice),
    mustCall: choice === "required" || (isObject(choice) && objectAt(choice, "allowed_tools")?.["mode"] !== "auto"),
    parallelCalls: body["parallel_tool_calls"] !== false,
    output,
    maxTokens: numberAt(body, "max_completion_tokens") ?? numberAt(body, "max_tokens") ?? Number.POSITIVE_INFINITY,
    stop: readStop(body["stop"]),
    thinks: effort !== "none" && effort !== "minimal",
    // Chat completions count thoughts and never show them.
    showThoughts: false,
    choices: numberAt(body, "n") ?? 1,
    includeUsage: objectAt(body, "stream_options")?.["include_usage"] === true,
  };
}

function checkNumbers(body: JsonObject, model: string): void {
  for (const [param, least, most] of RANGES) {
    const value = body[param] ?? least;
    const type = { param, code: "invalid_type" };
    demand(typeof value === "number", `Invalid type for '${param}': expected a number, but got a ${typeof value} instead.`, type);
    const bound = { param, code: value < least ? "integer_below_min_value" : "integer_above_max_value" };
    demand(
      value >= least && value <= most,
      `Invalid '${param}': expected a value from ${least} to ${most}, but got ${value} instead.`,
      bound,
    );
  }
  const limits = body["max_tokens"] !== undefined;
  const instead = "Use 'max_completion_tokens' instead.";
  demand(
    !(limits && REASONING_MODEL.test(model)),
    `Unsupported parameter: 'max_tokens' is not supported with this model. ${instead}`,
    { param: "max_tokens", code: "unsupported_parameter" },
  );
  demand(
    !(limits && body["max_completion_tokens"] !== undefined),
    "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    { param: "max_tokens", code: "invalid_parameter_combination" },
  );
}

function checkOptions(body: JsonObject): void {
  const streams = body["stream"] === true;
  demand(
    streams || (body["stream_options"] ?? null) === null,
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    { param: "stream_options" },
  );
  demand(
    body["logprobs"] === true || (body["top_logprobs"] ?? null) === null,
    "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
    { param: "top_logprobs" },
  );
  const param = "reasoning_effort";
  const effort = body[param] ?? "none";
  demand(
    typeof effort === "string" && EFFORTS.includes(effort),
    `Invalid value: '${effort}'. Supported values are: ${EFFORTS.map((each) => `'${each}'`).join(", ")}.`,
    { param, code: "invalid_value" },
  );
  for (const name of ["tool_choice", "parallel_tool_calls"]) {
    const lonely = (body[name] ?? null) !== null && arrayAt(body, "tools").length === 0;
    demand(!lonely, `Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`, { param: name });
  }
}

function readTools(body: JsonObject): DemoTool[] {
  const given = body["tools"] ?? undefined;
  demand(
    given === undefined || arrayAt(body, "tools").length > 0,
    "Invalid 'tools': empty array. Expected an array with minimum length 1.",
    {
      param: "tools",
      code: "empty_array",
    },
  );
  return arrayAt(body, "tools").flatMap((tool, index) => {
    const at = `tools[${index}]`;
    demand(isObject(tool), `Invalid type for '${at}': expected an object.`, { param: at, code: "invalid_type" });
    if (tool["type"] === "custom") return [];
    demand(tool["type"] === "function", `Invalid value: '${tool["type"]}'. Supported values are: 'function' and 'custom'.`, {
      param: `${at}.type`,
      code: "invalid_value",
    });
    return [readFunction(objectAt(tool, "function") ?? {}, `${at}.function`)];
  });
}

function readFunction(tool: JsonObject, at: string): DemoTool {
  const name = stringAt(tool, "name") ?? "";
  demand(
    NAME.test(name),
    `Invalid '${at}.name': string does not match pattern. Expected a string that matches the pattern '${NAME.source}'.`,
    {
      param: `${at}.name`,
      code: "invalid_value",
    },
  );
  const parameters = objectAt(tool, "parameters") ?? { type: "object", properties: {} };
  const problem = `Invalid schema for function '${name}': `;
  const where = { param: `${at}.parameters`, code: "invalid_function_parameters" };
  demand(
    parameters["type"] === "object",
    `${problem}schema must be a JSON Schema of 'type: "object"', got 'type: "${parameters["type"]}"'.`,
    where,
  );
  if (tool["strict"] === true) checkStrict(parameters, problem, where);
  return { name, parameters };
}

/** Strict schemas: closed objects, every property required (the top level is what is checked here). */
function checkStrict(schema: JsonObject, problem: string, where: { param: string; code?: string }): void {
  const closed = schema["additionalProperties"] === false;
  demand(closed, `${problem}In context=(), 'additionalProperties' is required to be supplied and to be false.`, where);
  const required = arrayAt(schema, "required");
  const missing = Object.keys(objectAt(schema, "properties") ?? {}).find((name) => !required.includes(name));
  const every = "'required' is required to be supplied and to be an array including every key in properties.";
  demand(missing === undefined, `${problem}In context=(), ${every} Missing '${missing}'.`, where);
}

function allowedTools(tools: readonly DemoTool[], choice: unknown): readonly DemoTool[] {
  if (choice === "none") return [];
  if (!isObject(choice)) {
    const known = choice === undefined || choice === null || choice === "auto" || choice === "required";
    demand(known, `Invalid value: '${choice}'. Supported values are: 'none', 'auto', and 'required'.`, {
      param: "tool_choice",
      code: "invalid_value",
    });
    return tools;
  }
  const listed = objectAt(choice, "allowed_tools");
  const wanted = listed === undefined ? [choice] : arrayAt(listed, "tools");
  return wanted.map((each) => {
    const name = isObject(each) ? stringAt(objectAt(each, "function") ?? {}, "name") : undefined;
    const found = tools.find((tool) => tool.name === name);
    demand(found !== undefined, `Invalid value for 'tool_choice': tool '${name}' not found in 'tools' parameter.`, {
      param: "tool_choice",
    });
    return found;
  });
}

function readStop(stop: unknown): string[] {
  const list = stop === undefined || stop === null ? [] : Array.isArray(stop) ? stop : [stop];
  const ok = list.length <= 4 && list.every((each): each is string => typeof each === "string");
  demand(ok, "Invalid 'stop': expected a string or an array of at most 4 strings.", { param: "stop", code: "invalid_value" });
  return list.filter((each) => typeof each === "string");
}

function readFormat(body: JsonObject, texts: readonly string[]): DemoPrompt["output"] {
  const format = body["response_format"] ?? { type: "text" };
  const type = isObject(format) ? stringAt(format, "type") : undefined;
  if (type === "text") return "text";
  const param = "response_format";
  if (type === "json_object") {
    const says = texts.some((text) => /json/i.test(text));
    demand(says, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", {
      param: "messages",
    });
    return "json";
  }
  const supported = "Supported values are: 'json_object', 'json_schema', and 'text'.";
  demand(isObject(format) && type === "json_schema", `Invalid value: '${type}'. ${supported}`, {
    param: `${param}.type`,
    code: "invalid_value",
  });
  const wanted = objectAt(format, "json_schema") ?? {};
  const name = stringAt(wanted, "name") ?? "";
  demand(NAME.test(name), `Missing required parameter: '${param}.json_schema.name'.`, {
    param: `${param}.json_schema.name`,
    code: "missing_required_parameter",
  });
  const schema = objectAt(wanted, "schema") ?? {};
  const problem = `Invalid schema for ${param} '${name}': `;
  if (wanted["strict"] === true) {
    demand(
      schema["type"] === "object",
      `${problem}schema must be a JSON Schema of 'type: "object"', got 'type: "${schema["type"]}"'.`,
      { param },
    );
    checkStrict(schema, problem, { param });
  }
  return schema;
}
