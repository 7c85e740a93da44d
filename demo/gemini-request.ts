/** A generateContent request, read as strictly as Google reads it: its options and tools. Field names may be camel or snake case. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, numberAt, objectAt, stringAt } from "../plugins/core/read-json";
import { readGeminiContents } from "./gemini-contents";
import { known } from "./gemini-fields";
import { checkGeminiSchema } from "./gemini-schema";
import { type DemoPrompt, type DemoTool, demand, type WireRequest } from "./wire";

export const ENDPOINT = /^\/v1(?:beta|alpha)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/;
const RANGES = [
  ["temperature", 0, 2],
  ["topP", 0, 1],
  ["topK", 1, 2 ** 31],
  ["candidateCount", 1, 8],
  ["maxOutputTokens", 1, 2 ** 31],
  ["seed", -(2 ** 31), 2 ** 31 - 1],
] as const;

export function decodeGeminiRequest(request: WireRequest, body: JsonObject): DemoPrompt {
  const [, encoded = "", method] = ENDPOINT.exec(request.url.pathname) ?? [];
  const model = decodeURIComponent(encoded);
  const root = known(body, "request", "");
  const config = known(root["generationConfig"], "generationConfig", "generation_config");
  checkNumbers(config);
  const thinking = readThinking(config, model);
  const choice = readToolConfig(root);
  const tools = arrayAt(root, "tools").flatMap((tool, index) => readTool(tool, `tools[${index}]`));
  demand(choice.mode === undefined || tools.length > 0, "Function calling config is set without function_declarations.");
  const output = readOutput(config, model, tools.length > 0);
  const sse = request.url.searchParams.get("alt") === "sse";
  return {
    ...readGeminiContents(root, model),
    format: "Gemini",
    model,
    stream: method === "generateContent" ? false : sse ? "sse" : "json-array",
    tools: allowed(tools, choice),
    mustCall: choice.mode === "ANY",
    parallelCalls: true,
    output,
    maxTokens: numberAt(config, "maxOutputTokens") ?? Number.POSITIVE_INFINITY,
    stop: readStop(config),
    ...thinking,
    choices: numberAt(config, "candidateCount") ?? 1,
    includeUsage: true,
  };
}

function checkNumbers(config: JsonObject): void {
  for (const [name, least, most] of RANGES) {
    const value = config[name] ?? least;
    const at = `generation_config.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    demand(typeof value === "number", `Invalid value at '${at}' (TYPE_INT32), "${value}"`);
    demand(value >= least && value <= most, `* GenerateContentRequest.${at}: must be in the range [${least}, ${most}].`);
  }
}

function readThinking(config: JsonObject, model: string): { thinks: boolean; showThoughts: boolean } {
  const given = config["thinkingConfig"];
  const thinking = known(given, "thinkingConfig", "generation_config.thinking_config");
  const { thinkingBudget: budget, thinkingLevel: level } = thinking;
  const both = budget !== undefined && level !== undefined;
  demand(!both, "You can only set only one of thinking budget and thinking level.");
  demand(
    budget === undefined || Number.isInteger(budget),
    `Invalid value at 'generation_config.thinking_config.thinking_budget' (TYPE_INT32), "${budget}"`,
  );
  demand(level === undefined || !/^gemini-(1|2)/.test(model), "Thinking level is not supported for this model.");
  const levels = ["MINIMAL", "LOW", "MEDIUM", "HIGH"];
  const named = level === undefined || (typeof level === "string" && levels.includes(level.toUpperCase()));
  demand(
    named,
    `Invalid value at 'generation_config.thinking_config.thinking_level' (type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), "${level}"`,
  );
  return { thinks: given !== undefined && budget !== 0, showThoughts: thinking["includeThoughts"] === true };
}

interface Choice {
  readonly mode?: string;
  readonly names: readonly unknown[];
}

function readToolConfig(root: JsonObject): Choice {
  const config = known(root["toolConfig"], "toolConfig", "tool_config");
  if (config["functionCallingConfig"] === undefined) return { names: [] };
  const calling = known(config["functionCallingConfig"], "functionCallingConfig", "tool_config.function_calling_config");
  const mode = (stringAt(calling, "mode") ?? "AUTO").toUpperCase();
  const modes = ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"];
  demand(modes.includes(mode), `Invalid value at 'tool_config.function_calling_config.mode' (TYPE_ENUM), "${mode}"`);
  const names = arrayAt(calling, "allowedFunctionNames");
  const listed = names.length === 0 || mode === "ANY" || mode === "VALIDATED";
  demand(listed, "Allowed function names should only be set when the function calling mode is ANY or VALIDATED.");
  return { mode, names };
}

function allowed(tools: readonly DemoTool[], { mode, names }: Choice): readonly DemoTool[] {
  if (mode === "NONE") return [];
  const missing = names.find((name) => !tools.some((tool) => tool.name === name));
  demand(missing === undefined, `Allowed function name ${missing} is not in the function declarations.`);
  return names.length === 0 ? tools : tools.filter((tool) => names.includes(tool.name));
}

function readTool(given: unknown, at: string): DemoTool[] {
  const tool = known(given, "tool", at);
  return arrayAt(tool, "functionDeclarations").map((each, index) => {
    const place = `${at}.function_declarations[${index}]`;
    const declaration = known(each, "functionDeclaration", place);
    const name = stringAt(declaration, "name") ?? "";
    const rule =
      "Must start with a letter or an underscore. Must be alphanumeric, underscores, dots, colons or dashes, at most 128.";
    demand(NAME.test(name), `* GenerateContentRequest.${place}.name: [FIELD_INVALID] Invalid function name. ${rule}`);
    const schema = objectAt(declaration, "parameters");
    const free = objectAt(declaration, "parametersJsonSchema");
    demand(schema === undefined || free === undefined, `${place}: parameters and parameters_json_schema cannot both be set.`);
    if (schema !== undefined) checkGeminiSchema(schema, `${place}.parameters`);
    return { name, parameters: schema ?? free ?? {} };
  });
}

function readOutput(config: JsonObject, model: string, hasTools: boolean): DemoPrompt["output"] {
  const mime = stringAt(config, "responseMimeType") ?? "text/plain";
  const schema = objectAt(config, "responseSchema");
  const free = objectAt(config, "responseJsonSchema") ?? objectAt(config, "_responseJsonSchema");
  demand(schema === undefined || free === undefined, "response_schema and response_json_schema cannot both be set.");
  const json = mime === "application/json";
  demand(
    json || mime === "text/plain" || mime === "text/x.enum",
    `* GenerateContentRequest.generation_config.response_mime_type: unsupported: ${mime}`,
  );
  const needs = "application/json` is required when a response schema is set.";
  demand(
    json || (schema ?? free) === undefined,
    `* GenerateContentRequest.generation_config.response_schema: response_mime_type \`${needs}`,
  );
  const together = json && hasTools && /^gemini-(1|2)/.test(model);
  demand(!together, "Function calling with a response mime type: 'application/json' is unsupported");
  if (schema !== undefined) checkGeminiSchema(schema, "generation_config.response_schema");
  return schema ?? free ?? (json ? "json" : "text");
}

function readStop(config: JsonObject): string[] {
  const stops = arrayAt(config, "stopSequences").filter((each) => typeof each === "string");
  demand(stops.length <= 5, "* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.");
  return stops;
}
