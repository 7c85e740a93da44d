/** Recorded requests in the providers' own formats as neutral ones: only what costs tokens is read, and media is left out. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ChatRequest, JsonObject, Message, Part, Role, Tool } from "../../../plugins/core/chat";
import { parseJsonSource } from "../../../plugins/core/json-source";
import { arrayAt, isObject, objectAt, stringAt } from "../../../plugins/core/read-json";
import { decodeRequest } from "../../../plugins/dialects/openai-chat/decode-request";

const ORACLES = path.resolve(__dirname, "../../../../shared/oracles");

export interface Recorded {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly model: string;
  readonly request: JsonObject;
  /** As the provider counted it, cache included. */
  readonly input: number;
  readonly tags: readonly string[];
  readonly plain: boolean;
}

/** `undefined`, and a warning, where the oracles are absent. */
export function recordedTokens(file: string): readonly Recorded[] | undefined {
  return read(path.join(ORACLES, "tokens", `${file}.jsonl`), (row) => ({
    input: Number(row["reported_input_tokens"]),
    plain: row["plain"] === true,
  }));
}

export function recordedTraffic(file: string): readonly Recorded[] | undefined {
  return read(path.join(ORACLES, "traffic", `${file}.jsonl`), (row) => ({
    input: Number(objectAt(objectAt(row, "facts") ?? {}, "usage")?.["input"] ?? 0),
    plain: false,
  }));
}

function read(file: string, figures: (row: JsonObject) => Pick<Recorded, "input" | "plain">): Recorded[] | undefined {
  if (!existsSync(file)) {
    console.warn(`SKIPPED: ${path.relative(process.cwd(), file)} is not here`);
    return undefined;
  }
  const rows = readFileSync(file, "utf8").trim().split("\n");
  return rows.flatMap((line) => {
    const row: unknown = JSON.parse(line);
    if (!isObject(row)) return [];
    const request = objectAt(row, "request");
    const { input, plain } = figures(row);
    if (request === undefined || input === 0) return [];
    const text = (key: string): string => stringAt(row, key) ?? "";
    const tags = arrayAt(row, "tags").map(String);
    return [{ id: text("id"), provider: text("provider"), api: text("api"), model: text("model"), request, input, tags, plain }];
  });
}

/** @throws where the request is of no kind known here */
export function neutralRequest({ api, request }: Pick<Recorded, "api" | "request">): ChatRequest {
  if (api === "messages") return fromAnthropic(request);
  if (api === "generateContent") return fromGemini(request);
  return decodeRequest(parseJsonSource(Buffer.from(JSON.stringify({ model: "m", ...request }))));
}

function chat(messages: readonly Message[], tools: readonly Tool[], schema?: JsonObject, thinks = false): ChatRequest {
  return {
    kind: "chat",
    model: "m",
    messages,
    ...(tools.length === 0 ? {} : { tools }),
    ...(schema === undefined ? {} : { responseFormat: { kind: "json-schema", name: "response", schema } }),
    ...(thinks ? { reasoning: {} } : {}),
    stream: false,
    includeUsage: false,
    extra: {},
  };
}

function fromAnthropic(body: JsonObject): ChatRequest {
  const messages: Message[] = [];
  const system = anthropicParts(body["system"]);
  if (system.length > 0) messages.push({ role: "system", parts: system });
  for (const message of arrayAt(body, "messages").filter(isObject))
    messages.push({ role: message["role"] === "assistant" ? "assistant" : "user", parts: anthropicParts(message["content"]) });
  const tools = arrayAt(body, "tools")
    .filter(isObject)
    .map((tool): Tool => {
      const parameters = objectAt(tool, "input_schema");
      return parameters === undefined ? { kind: "server", value: tool } : functionTool(tool, parameters);
    });
  const thinks = ["enabled", "adaptive"].includes(stringAt(objectAt(body, "thinking") ?? {}, "type") ?? "");
  return chat(messages, tools, objectAt(objectAt(objectAt(body, "output_config") ?? body, "format") ?? {}, "schema"), thinks);
}

function functionTool(tool: JsonObject, parameters: JsonObject | undefined): Tool {
  const description = stringAt(tool, "description");
  return {
    kind: "function",
    name: stringAt(tool, "name") ?? "",
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

function anthropicParts(content: unknown): Part[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.filter(isObject).flatMap((block): Part[] => {
    if (block["type"] === "text") return [{ type: "text", text: stringAt(block, "text") ?? "" }];
    if (block["type"] === "thinking") return [{ type: "reasoning", text: stringAt(block, "thinking") ?? "" }];
    if (block["type"] === "tool_use")
      return [{ type: "tool-call", id: "", name: stringAt(block, "name") ?? "", arguments: JSON.stringify(block["input"]) }];
    if (block["type"] === "tool_result") {
      const texts = anthropicParts(block["content"]).filter((part) => part.type === "text");
      return [{ type: "tool-result", callId: "", content: texts }];
    }
    return [{ type: "opaque", provider: "anthropic", value: block }];
  });
}

function fromGemini(body: JsonObject): ChatRequest {
  const messages: Message[] = [];
  const system = objectAt(body, "systemInstruction") ?? objectAt(body, "system_instruction");
  if (system !== undefined) messages.push({ role: "system", parts: geminiParts(system) });
  for (const content of arrayAt(body, "contents").filter(isObject)) {
    const role: Role = content["role"] === "model" ? "assistant" : "user";
    messages.push({ role, parts: geminiParts(content) });
  }
  const groups = Array.isArray(body["tools"]) ? body["tools"] : [body["tools"]];
  const tools = groups.filter(isObject).flatMap((group): Tool[] => {
    const functions = [...arrayAt(group, "functionDeclarations"), ...arrayAt(group, "function_declarations")].filter(isObject);
    if (functions.length === 0) return [{ kind: "server", value: group }];
    return functions.map((tool) => {
      const schema = ["parameters", "parametersJsonSchema", "parameters_json_schema"].map((key) => objectAt(tool, key));
      return functionTool(
        tool,
        schema.find((found) => found !== undefined),
      );
    });
  });
  const config = objectAt(body, "generationConfig") ?? {};
  const schema = ["responseSchema", "responseJsonSchema", "response_schema", "response_json_schema"].map((key) =>
    objectAt(config, key),
  );
  return chat(
    messages,
    tools,
    schema.find((found) => found !== undefined),
  );
}

function geminiParts(content: JsonObject): Part[] {
  return arrayAt(content, "parts")
    .filter(isObject)
    .flatMap((part): Part[] => {
      const text = stringAt(part, "text");
      if (text !== undefined) return [{ type: "text", text }];
      const call = objectAt(part, "functionCall") ?? objectAt(part, "function_call");
      if (call !== undefined) {
        const signature = stringAt(part, "thoughtSignature") ?? stringAt(part, "thought_signature") ?? "";
        return [
          {
            type: "tool-call",
            id: "",
            name: stringAt(call, "name") ?? "",
            arguments: JSON.stringify(call["args"] ?? {}),
            signature,
          },
        ];
      }
      const result = objectAt(part, "functionResponse") ?? objectAt(part, "function_response");
      if (result === undefined) return [{ type: "opaque", provider: "gemini", value: part }];
      const value = JSON.stringify(result["response"] ?? {});
      return [
        { type: "tool-result", callId: "", name: stringAt(result, "name") ?? "", content: [{ type: "text", text: value }] },
      ];
    });
}
