/** What the generateContent API answers with an error, as far as it is known: every request a test encodes is held against it. */
import { isObject } from "../../../plugins/core/read-json";
import { traitsOf } from "../../../plugins/providers/gemini/model-traits";

type Json = { readonly [key: string]: unknown };

const DATA = [
  ...["text", "inlineData", "fileData", "functionCall", "functionResponse"],
  ...["executableCode", "codeExecutionResult", "toolCall", "toolResponse"],
];

/** Empty = nothing to object to. */
export function violations(body: Json, model: string): string[] {
  const found: string[] = [];
  const check = (ok: boolean, what: string): void => {
    if (!ok) found.push(what);
  };
  const contents = list(body["contents"]);
  check(contents.length > 0, "no contents");
  check(contents[0]?.["role"] === "user", "the first content is not the user's");
  for (const [at, content] of contents.entries()) checkContent(contents, content, at, model, check);
  const system = body["systemInstruction"];
  if (isObject(system)) for (const part of list(system["parts"])) check(part["text"] !== "", "empty system text");
  checkTools(body, check);
  checkConfig(isObject(body["generationConfig"]) ? body["generationConfig"] : {}, model, check);
  return found;
}

type Check = (ok: boolean, what: string) => void;

function checkContent(contents: readonly Json[], content: Json, at: number, model: string, check: Check): void {
  const parts = list(content["parts"]);
  const before = contents[at - 1];
  check(parts.length > 0, `content ${at} has no parts`);
  for (const part of parts) checkPart(part, content["role"], model, check);
  const responses = parts.filter((part) => part["functionResponse"] !== undefined);
  const calls = parts.filter((part) => part["functionCall"] !== undefined);
  if (responses.length > 0) {
    check(responses.length === parts.length, `content ${at}: other parts beside function responses`);
    const asked = list(before?.["parts"]).flatMap((part) => (isObject(part["functionCall"]) ? [part["functionCall"]] : []));
    const sorted = (items: readonly Json[]): string[] => items.map((it) => `${String(it["id"])} ${String(it["name"])}`).sort();
    const given = responses.flatMap((part) => (isObject(part["functionResponse"]) ? [part["functionResponse"]] : []));
    check(sorted(asked).join() === sorted(given).join(), `content ${at}: responses do not answer the calls before`);
  } else if (before !== undefined) {
    const afterResults = list(before["parts"]).some((part) => part["functionResponse"] !== undefined);
    check(before["role"] !== content["role"] || (afterResults && content["role"] === "user"), `content ${at}: role repeats`);
  }
  if (calls.length > 0) {
    check(content["role"] === "model", `content ${at}: a call of the user's`);
    if (traitsOf(model).gemini3)
      check(typeof calls[0]?.["thoughtSignature"] === "string", `content ${at}: first call not signed`);
  }
}

function checkPart(part: Json, role: unknown, model: string, check: Check): void {
  const data = DATA.filter((key) => part[key] !== undefined);
  check(data.length === 1, `a part must hold one thing: ${JSON.stringify(part).slice(0, 100)}`);
  check(part["text"] !== "" || part["thoughtSignature"] !== undefined, "an empty text");
  check(part["thought"] === undefined || role === "model", "a thought of the user's");
  const { inlineData, fileData, functionCall, functionResponse } = part;
  if (isObject(inlineData)) checkMedia(inlineData, "data", check);
  if (isObject(fileData)) checkMedia(fileData, "fileUri", check);
  if (isObject(functionCall)) check(isObject(functionCall["args"]), "arguments must be an object");
  if (!isObject(functionResponse)) return;
  check(isObject(functionResponse["response"]), "a response must be an object");
  const inside = list(functionResponse["parts"]);
  check(inside.length === 0 || traitsOf(model).gemini3, "media in a function response before Gemini 3");
  for (const media of inside)
    check(Object.keys(media).join() === "inlineData" || Object.keys(media).join() === "fileData", "odd media");
}

function checkMedia(media: Json, key: string, check: Check): void {
  check(typeof media[key] === "string" && media[key] !== "", `${key} missing`);
  const type = media["mimeType"];
  check(type === undefined ? key === "fileUri" : /^[\w.+-]+\/[\w.+-]+(;[\w=-]+)*$/.test(String(type)), `type ${String(type)}`);
  check(type !== "image/generic" && type !== "image/jpg", `type ${String(type)}`);
}

function checkTools(body: Json, check: Check): void {
  const declared = list(body["tools"]).flatMap((tool) => list(tool["functionDeclarations"]));
  for (const { name, parametersJsonSchema } of declared) {
    check(typeof name === "string", "a function without name");
    if (parametersJsonSchema !== undefined) for (const it of schemaViolations(parametersJsonSchema)) check(false, it);
  }
  const config = isObject(body["toolConfig"]) ? body["toolConfig"]["functionCallingConfig"] : undefined;
  if (!isObject(config)) return;
  check(declared.length > 0, "a calling mode without functions");
  check(["ANY", "NONE", "VALIDATED"].includes(String(config["mode"])), "unknown mode");
  const names = config["allowedFunctionNames"];
  if (!Array.isArray(names)) return;
  check(config["mode"] !== "NONE" && names.length > 0, "names with the wrong mode");
  for (const name of names)
    check(
      declared.some((it) => it["name"] === name),
      `unknown function ${String(name)}`,
    );
}

function checkConfig(config: Json, model: string, check: Check): void {
  const traits = traitsOf(model);
  check(list(config["stopSequences"]).length <= 5, "too many stop sequences");
  check(traits.candidates || config["candidateCount"] === undefined, "candidateCount");
  check(traits.penalties || (config["frequencyPenalty"] === undefined && config["presencePenalty"] === undefined), "penalties");
  check(traits.logprobs || config["responseLogprobs"] === undefined, "logprobs");
  check(traits.sampling || ["temperature", "topP", "topK"].every((key) => config[key] === undefined), "sampling");
  const seed = config["seed"];
  check(seed === undefined || (typeof seed === "number" && Math.abs(seed) <= 2 ** 31), "seed beyond 32 bits");
  check(config["responseJsonSchema"] === undefined || config["responseMimeType"] === "application/json", "schema without JSON");
  if (config["responseJsonSchema"] !== undefined)
    for (const it of schemaViolations(config["responseJsonSchema"])) check(false, it);
  const thinking = config["thinkingConfig"];
  if (!isObject(thinking)) return;
  const { thinkingLevel, thinkingBudget } = thinking;
  check(thinkingLevel === undefined || thinkingBudget === undefined, "level and budget");
  check(thinkingLevel === undefined || traits.thinking.kind === "level", "a level");
  if (thinkingLevel === "minimal") check(traits.thinking.kind === "level" && traits.thinking.minimal, "minimal");
  if (typeof thinkingBudget !== "number" || traits.thinking.kind !== "budget") {
    check(thinkingBudget === undefined, "a budget");
    return;
  }
  const { min, max, off } = traits.thinking;
  check((thinkingBudget === 0 && off) || (thinkingBudget >= min && thinkingBudget <= max), `a budget of ${thinkingBudget}`);
}

/** Of a JSON Schema as `parametersJsonSchema` and `responseJsonSchema` take it. */
export function schemaViolations(schema: unknown): string[] {
  const found: string[] = [];
  if (!isObject(schema)) return ["not an object"];
  const defs = isObject(schema["$defs"]) ? schema["$defs"] : {};
  const visit = (node: unknown, isRoot: boolean): void => {
    if (!isObject(node)) return;
    const keys = Object.keys(node).filter((key) => !(isRoot && key === "$defs"));
    for (const key of ["$schema", "definitions", "$comment", ...(isRoot ? [] : ["$defs"])])
      if (keys.includes(key)) found.push(`${key} is left`);
    const reference = node["$ref"];
    if (reference !== undefined) {
      if (keys.length !== 1) found.push(`siblings of $ref: ${keys.join()}`);
      const name = String(reference).replace(/^#\/\$defs\//, "");
      if (!Object.hasOwn(defs, name) || String(reference) === name)
        found.push(`reference to undefined schema: ${String(reference)}`);
    }
    if (typeof node["const"] === "string" || typeof node["const"] === "number") found.push("const");
    if (Array.isArray(node["items"])) found.push("tuple in items");
    if (node["type"] === "integer" && typeof node["exclusiveMinimum"] === "number") found.push("exclusiveMinimum");
    if (typeof node["type"] === "string" && node["nullable"] === true) found.push("nullable");
    for (const key of ["properties", "patternProperties", "$defs"])
      for (const it of Object.values(isObject(node[key]) ? node[key] : {})) visit(it, false);
    for (const key of ["anyOf", "oneOf", "allOf", "prefixItems"]) for (const it of list(node[key])) visit(it, false);
    for (const key of ["items", "additionalProperties", "not"]) visit(node[key], false);
  };
  visit(schema, true);
  return found;
}

export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
