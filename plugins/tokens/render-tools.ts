/** Tool definitions and response schemas as the text that models read. */
import type { ResponseFormat, Tool } from "../core/chat";
import type { Family } from "./family";
import { renderProperties } from "./render-schema";

/** Larger definitions stay JSON: line breaks of a deep description become up to 66 characters each. UTF-16 units. */
const MOST_RENDERED = 128 * 1024;

export function renderTools(tools: readonly Tool[], style: Family["tools"]["style"]): string {
  const json = tools.map(asJson).join("\n");
  if (style === "json" || json.length > MOST_RENDERED) return json;
  return `# Tools\n\n## functions\n\nnamespace functions {\n\n${tools.map(asType).join("")}} // namespace functions`;
}

function asJson(tool: Tool): string {
  if (tool.kind !== "function") return JSON.stringify(tool.value);
  const { name, description, parameters } = tool;
  return JSON.stringify({ name, description, parameters });
}

function asType(tool: Tool): string {
  if (tool.kind !== "function") return `${JSON.stringify(tool.value)}\n\n`;
  const { name, description = "", parameters } = tool;
  const comment = description.trim() === "" ? "" : `// ${description.trim().replaceAll("\n", "\n// ")}\n`;
  const properties = parameters === undefined ? "" : renderProperties(parameters);
  return `${comment}type ${name} = ${properties === "" ? "() => any" : `(_: {\n${properties}}) => any`};\n\n`;
}

/** Constraints that steer decoding and are not shown: with them, counts are too high by a third. */
const NOT_SHOWN: ReadonlySet<string> = new Set(["additionalProperties", "required"]);

export function renderFormat(format: Extract<ResponseFormat, { kind: "json-schema" }>): string {
  // An array only where `required` is the keyword: a property of that name is an object.
  const schema = JSON.stringify(format.schema, (key, value: unknown) =>
    NOT_SHOWN.has(key) && (Array.isArray(value) || typeof value === "boolean") ? undefined : value,
  );
  const comment = format.description === undefined ? "" : `// ${format.description}\n`;
  return `# Response Formats\n\n## ${format.name}\n\n${comment}${schema}`;
}
