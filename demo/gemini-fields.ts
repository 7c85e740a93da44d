/** The fields of Google's messages: anything else is "Unknown name … Cannot find field", as proto JSON has it. */
import type { JsonObject } from "../plugins/core/chat";
import { isObject } from "../plugins/core/read-json";
import { demand } from "./wire";

const FIELDS = {
  request:
    "cachedContent contents generationConfig labels model safetySettings serviceTier store systemInstruction toolConfig tools",
  generationConfig:
    "_responseJsonSchema audioTimestamp candidateCount enableEnhancedCivicAnswers frequencyPenalty imageConfig logprobs " +
    "maxOutputTokens mediaResolution presencePenalty responseJsonSchema responseLogprobs responseMimeType responseModalities " +
    "responseSchema seed speechConfig stopSequences temperature thinkingConfig topK topP",
  thinkingConfig: "includeThoughts thinkingBudget thinkingLevel",
  content: "parts role",
  part:
    "codeExecutionResult executableCode fileData functionCall functionResponse inlineData mediaResolution partMetadata text " +
    "thought thoughtSignature toolCall toolResponse videoMetadata",
  inlineData: "data displayName mimeType",
  fileData: "displayName fileUri mimeType",
  functionCall: "args id name",
  functionResponse: "id name parts response scheduling willContinue",
  tool: "codeExecution computerUse fileSearch functionDeclarations googleMaps googleSearch googleSearchRetrieval mcpServers urlContext",
  functionDeclaration: "behavior description name parameters parametersJsonSchema response responseJsonSchema",
  toolConfig: "functionCallingConfig includeServerSideToolInvocations retrievalConfig",
  functionCallingConfig: "allowedFunctionNames mode",
  schema:
    "anyOf default description enum example format items maximum maxItems maxLength maxProperties minimum minItems minLength " +
    "minProperties nullable pattern properties propertyOrdering required title type",
} as const;

type Kind = keyof typeof FIELDS;

const SETS = new Map(Object.entries(FIELDS).map(([kind, names]) => [kind, new Set<string>(names.split(" "))]));

/**
 * The message with its field names in camel case; an absent one reads as empty.
 * @param at its path in Google's own (snake case) words, e.g. `contents[0].parts[1]`
 */
export function known(value: unknown, kind: Kind, at: string): JsonObject {
  if (value === undefined || value === null) return {};
  demand(isObject(value), `Invalid value at '${at}' (type.googleapis.com/google.ai.generativelanguage.v1beta)`);
  const entries = Object.entries(value).map(([name, field]) => {
    const camel = name.replace(/(?<=[a-z])_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
    const place = at === "" ? "" : ` at '${at}'`;
    const description = `Invalid JSON payload received. Unknown name "${name}"${place}: Cannot find field.`;
    const type = "type.googleapis.com/google.rpc.BadRequest";
    demand(SETS.get(kind)?.has(camel) === true, description, {
      details: [{ "@type": type, fieldViolations: [{ field: at, description }] }],
    });
    return [camel, field] as const;
  });
  return Object.fromEntries(entries.filter(([, field]) => field !== null));
}
