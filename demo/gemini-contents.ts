/** The contents of a Gemini request: roles, parts, thought signatures, and the order function calls and responses must come in. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, objectAt, stringAt } from "../plugins/core/read-json";
import { known } from "./gemini-fields";
import { signatureOf } from "./signature";
import { type DemoPrompt, demand } from "./wire";

type Conversation = Pick<DemoPrompt, "instructions" | "texts" | "userText" | "media" | "toolResults">;

interface Content {
  readonly role: string;
  readonly parts: readonly JsonObject[];
}

const DATA =
  "text inlineData fileData functionCall functionResponse executableCode codeExecutionResult toolCall toolResponse".split(" ");
/** Google's documented stand-ins for calls that Gemini did not make itself. */
const UNSIGNED = ["context_engineering_is_the_way_to_go", "skip_thought_signature_validator"];
const LEARN = "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.";

export function callSignature(name: string, args: JsonObject): string {
  return signatureOf(`${name}\n${JSON.stringify(args)}`);
}

export function readGeminiContents(root: JsonObject, model: string): Conversation {
  const system =
    root["systemInstruction"] === undefined ? [] : readContent(root["systemInstruction"], "system_instruction").parts;
  const given = arrayAt(root, "contents");
  demand(given.length > 0, "* GenerateContentRequest.contents: contents is not specified");
  const contents = given.map((content, index) => readContent(content, `contents[${index}]`));
  checkOrder(contents);
  const turnAt = contents.findLastIndex(({ role }) => role === "model") + 1;
  checkSignatures(contents, model);
  const turn = contents.slice(turnAt).flatMap(({ parts }) => parts);
  const responses = turn.map((part) => part["functionResponse"]).filter(isObject);
  return {
    instructions: textsOf(system).join("\n"),
    texts: [...textsOf(system), ...contents.flatMap(({ parts }) => textsOf(parts))],
    userText: textsOf(turn).join("\n"),
    media: turn.flatMap(mediaOf),
    toolResults: responses.map((response) => ({
      name: stringAt(response, "name") ?? "",
      text: resultText(objectAt(response, "response") ?? {}),
    })),
  };
}

function readContent(given: unknown, at: string): Content {
  const content = known(given, "content", at);
  const role = stringAt(content, "role") ?? "user";
  demand(role === "user" || role === "model" || at === "system_instruction", "Please use a valid role: user, model.");
  const parts = arrayAt(content, "parts").map((part, index) => readPart(part, role, `${at}.parts[${index}]`));
  demand(parts.length > 0, `* GenerateContentRequest.${at}.parts: contents.parts must not be empty.`);
  return { role, parts };
}

function readPart(given: unknown, role: string, at: string): JsonObject {
  const part = known(given, "part", at);
  const filled = DATA.filter((name) => part[name] !== undefined && part[name] !== "");
  const need = "required oneof field 'data' must have one initialized field";
  // A text part may be empty where it only carries a signature.
  const carrier = part["text"] === "" && part["thoughtSignature"] !== undefined;
  demand(filled.length === 1 || carrier, `* GenerateContentRequest.${at}.data: ${need}`);
  const inline = known(part["inlineData"], "inlineData", `${at}.inline_data`);
  const file = known(part["fileData"], "fileData", `${at}.file_data`);
  demand(
    part["inlineData"] === undefined || typeof inline["mimeType"] === "string",
    `* GenerateContentRequest.${at}.inline_data.mime_type: must be set`,
  );
  demand(
    /^[A-Za-z0-9+/_-]*={0,2}$/.test(stringAt(inline, "data") ?? ""),
    `Invalid value at '${at}.inline_data.data' (TYPE_BYTES), Base64 decoding failed`,
  );
  demand(
    part["fileData"] === undefined || typeof file["fileUri"] === "string",
    `* GenerateContentRequest.${at}.file_data.file_uri: must be set`,
  );
  const call = known(part["functionCall"], "functionCall", `${at}.function_call`);
  const response = known(part["functionResponse"], "functionResponse", `${at}.function_response`);
  for (const [name, message] of [
    ["functionCall", call],
    ["functionResponse", response],
  ] as const) {
    const named = part[name] === undefined || (stringAt(message, "name") ?? "") !== "";
    demand(
      named,
      `* GenerateContentRequest.${at}.${name === "functionCall" ? "function_call" : "function_response"}.name: Name cannot be empty.`,
    );
  }
  demand(
    part["functionCall"] === undefined || role === "model",
    "Please ensure that function call parts are only in model turns.",
  );
  demand(
    part["functionResponse"] === undefined || role === "user",
    "Please ensure that function response parts are only in user turns.",
  );
  const result = part["functionResponse"] === undefined || objectAt(response, "response") !== undefined;
  demand(result, `Invalid value at '${at}.function_response.response' (type.googleapis.com/google.protobuf.Struct)`);
  return {
    ...part,
    ...(part["functionCall"] === undefined ? {} : { functionCall: call }),
    ...(part["functionResponse"] === undefined ? {} : { functionResponse: response }),
  };
}

function countOf(content: Content | undefined, name: string): number {
  return content?.parts.filter((part) => part[name] !== undefined).length ?? 0;
}

function checkOrder(contents: readonly Content[]): void {
  for (const [index, content] of contents.entries()) {
    const before = contents[index - 1];
    const calls = countOf(content, "functionCall");
    const answers = countOf(content, "functionResponse");
    const turn = "Please ensure that function call turn comes immediately after a user turn or after a function response turn.";
    demand(calls === 0 || before?.role === "user", turn);
    const next = contents[index + 1];
    const equal =
      "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
    demand(calls === 0 || next === undefined || countOf(next, "functionResponse") === calls, equal);
    demand(
      answers === 0 || countOf(before, "functionCall") > 0,
      "Please ensure that function response turn comes immediately after a function call turn.",
    );
  }
}

/** A signature that came back changed is refused; Gemini 3 also wants one on the first call of each step of the current turn. */
function checkSignatures(contents: readonly Content[], model: string): void {
  const asked = contents.findLastIndex((content) => content.role === "user" && countOf(content, "functionResponse") === 0);
  for (const [index, { parts }] of contents.entries()) {
    const calls = parts.filter((part) => part["functionCall"] !== undefined);
    for (const [place, part] of calls.entries()) {
      const call = objectAt(part, "functionCall") ?? {};
      const name = stringAt(call, "name") ?? "";
      const signature = stringAt(part, "thoughtSignature");
      const genuine = signature === callSignature(name, objectAt(call, "args") ?? {}) || UNSIGNED.includes(signature ?? "");
      demand(signature === undefined || genuine, "Corrupted thought signature.");
      const due = index > asked && place === 0 && model.startsWith("gemini-3");
      const why =
        "This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance.";
      const which = `Additional data, function call \`default_api:${name}\` , position ${index + 1}.`;
      demand(
        !due || signature !== undefined,
        `Function call is missing a thought_signature in functionCall parts. ${why} ${which} ${LEARN}`,
      );
    }
  }
}

function textsOf(parts: readonly JsonObject[]): string[] {
  return parts.flatMap((part) => (part["thought"] === true ? [] : (stringAt(part, "text") ?? [])));
}

function mediaOf(part: JsonObject): string[] {
  const data = objectAt(part, "inlineData") ?? objectAt(part, "fileData");
  if (data === undefined) return [];
  const kind = (stringAt(data, "mimeType") ?? stringAt(data, "mime_type") ?? "").split("/")[0];
  return [kind === "image" || kind === "audio" ? kind : "file"];
}

/** The convention is `{"output": …}` or `{"result": …}`; anything else is quoted as JSON. */
function resultText(response: JsonObject): string {
  const value = response["output"] ?? response["result"] ?? response["content"] ?? response;
  return typeof value === "string" ? value : JSON.stringify(value);
}
