/** Tools and tool choice → `tools` and `toolConfig`. */
import type { ChatRequest, JsonObject, Tool, ToolChoice } from "../../core/chat";
import { compact } from "../../core/compact";
import { isObject, objectAt, stringAt } from "../../core/read-json";
import { CUSTOM_INPUT } from "./custom-tool";
import { reportExtra } from "./dropped";
import type { ModelTraits } from "./model-traits";
import { adaptSchema } from "./schema";

type FunctionTool = Extract<Tool, { kind: "function" }>;
type CustomTool = Extract<Tool, { kind: "custom" }>;

export interface EncodedTools {
  readonly tools?: readonly JsonObject[];
  readonly toolConfig?: JsonObject;
  /** Functions are declared: JSON answers beside them need Gemini 3. */
  readonly hasFunctions: boolean;
}

/** @param searchOptions OpenAI's `web_search_options`: a wish for the provider's own web search. */
export function encodeTools(
  request: ChatRequest,
  traits: ModelTraits,
  searchOptions: unknown,
  dropped: Set<string>,
): EncodedTools {
  const declared: (FunctionTool | CustomTool)[] = [];
  const server: JsonObject[] = [];
  for (const tool of request.tools ?? []) {
    if (tool.kind !== "server") declared.push(tool);
    else {
      const value = serverTool(tool.value);
      if (value === undefined) dropped.add(`tools[].${String(tool.value["type"])}`);
      else server.push(value);
    }
  }
  if (isObject(searchOptions)) {
    server.push({ googleSearch: {} });
    reportExtra(searchOptions, "web_search_options", dropped);
  }
  const hasFunctions = declared.length > 0;
  if (request.parallelToolCalls === false && hasFunctions) dropped.add("parallel_tool_calls");
  const functionDeclarations = declared.map((tool) =>
    tool.kind === "function" ? functionDeclaration(tool, dropped) : customDeclaration(tool, dropped),
  );
  const tools = hasFunctions ? [{ functionDeclarations }, ...server] : server;
  const toolConfig = compact({
    functionCallingConfig: callingConfig(request.toolChoice, declared, dropped),
    // Gemini 3 runs its own tools beside functions only when their calls come back in the answer, to be sent again.
    includeServerSideToolInvocations: server.length > 0 && hasFunctions && traits.gemini3 ? true : undefined,
  });
  return compact({
    tools: tools.length === 0 ? undefined : tools,
    toolConfig: Object.keys(toolConfig).length === 0 ? undefined : toolConfig,
    hasFunctions,
  });
}

/** Gemini's own tools, in both spellings its JSON takes. */
const SERVER_TOOLS = new Set([
  ...["google_search", "google_search_retrieval", "google_maps", "url_context", "code_execution", "file_search", "computer_use"],
  ...["googleSearch", "googleSearchRetrieval", "googleMaps", "urlContext", "codeExecution", "fileSearch", "computerUse"],
]);

/** `{"google_search": {}}` as it is, `{"type": "google_search", …}` as Google's newer APIs write it; other providers' tools not. */
function serverTool(value: JsonObject): JsonObject | undefined {
  const { type, ...rest } = value;
  if (type === undefined) return value;
  if (typeof type !== "string" || !SERVER_TOOLS.has(type)) return undefined;
  return Object.hasOwn(rest, type) ? rest : { [type]: rest };
}

function functionDeclaration(tool: FunctionTool, dropped: Set<string>): JsonObject {
  if (tool.cache !== undefined) dropped.add("tools[].cache_control");
  reportExtra(tool.extra, "tools[]", dropped);
  const { parameters } = tool;
  return compact({
    name: tool.name,
    description: tool.description,
    // "For a function with no parameters, this can be left unset."
    parametersJsonSchema:
      parameters === undefined || Object.keys(parameters).length === 0 ? undefined : parametersSchema(parameters, dropped),
  });
}

function parametersSchema(parameters: JsonObject, dropped: Set<string>): JsonObject {
  const { schema, lossy } = adaptSchema(parameters, "tools");
  if (lossy) dropped.add("tools[].function.parameters");
  return Object.hasOwn(schema, "type") || Object.hasOwn(schema, "$ref") ? schema : { type: "object", ...schema };
}

/** A grammar cannot be enforced here. */
function customDeclaration(tool: CustomTool, dropped: Set<string>): JsonObject {
  const { name: _, description: __, format: ___, ...unknown } = tool.value;
  reportExtra(unknown, "tools[].custom", dropped);
  reportExtra(tool.extra, "tools[]", dropped);
  if (tool.cache !== undefined) dropped.add("tools[].cache_control");
  const format = objectAt(tool.value, "format");
  if (format !== undefined && stringAt(format, "type") !== "text") dropped.add("tools[].custom.format");
  return compact({
    name: tool.name,
    description: stringAt(tool.value, "description"),
    parametersJsonSchema: { type: "object", properties: { [CUSTOM_INPUT]: { type: "string" } }, required: [CUSTOM_INPUT] },
  });
}

/** AUTO is what the API does unasked. VALIDATED is AUTO with arguments held to the schema: what `strict` asks for. */
function callingConfig(
  choice: ToolChoice | undefined,
  declared: readonly (FunctionTool | CustomTool)[],
  dropped: Set<string>,
): JsonObject | undefined {
  const auto = declared.some((tool) => tool.kind === "function" && tool.strict === true) ? { mode: "VALIDATED" } : undefined;
  if (choice === undefined || choice.mode === "auto") return auto;
  if (declared.length === 0) {
    if (choice.mode !== "none") dropped.add("tool_choice");
    return undefined;
  }
  switch (choice.mode) {
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "tool":
      return among([choice.name], "ANY");
    case "allowed":
      return among(choice.names, choice.required ? "ANY" : "VALIDATED");
  }

  function among(wanted: readonly string[], mode: string): JsonObject | undefined {
    const names = wanted.filter((name) => declared.some((tool) => tool.name === name));
    // Server tools have no such name, and Gemini refuses names that are not declared.
    if (names.length < wanted.length) dropped.add("tool_choice");
    return names.length === 0 ? auto : { mode, allowedFunctionNames: names };
  }
}
