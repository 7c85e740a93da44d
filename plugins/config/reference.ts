/** The configuration reference in Markdown, made from the schema: one table per mapping. */
import type { z } from "zod";
import { plainJsonSchema } from "./json-schema";
import type { Vocabulary } from "./vocabulary";

type Node = z.core.JSONSchema.BaseSchema;

export function configReference(vocabulary: Vocabulary): string {
  const sections: string[] = [];
  addSection(sections, "", plainJsonSchema(vocabulary));
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

const INTRODUCTION = `# Configuration reference

<!-- Generated from plugins/config by \`npm run docs\`. -->

Graft reads one file, \`graft.yaml\` (YAML 1.2; JSON works as well). \`graft check\` says what is wrong with it, with file, line and
column. For completion and checks in your editor, begin the file with

\`\`\`yaml
# yaml-language-server: $schema=./graft.schema.json
\`\`\`

Values may hold references; they are put in after the YAML was read, so a secret can never become structure:

| Written | Means |
|---|---|
| \`\${NAME}\` | the environment variable; an error if it is not set or empty |
| \`\${NAME:-text}\` | the environment variable, or \`text\` if it is not set or empty |
| \`\${file:path}\` | the content of a file below \`files_root\`, without line breaks at its end |
| \`$\${\` | a literal \`\${\` |

Put such a value in quotes inside \`[ ]\` and \`{ }\`. A value that comes out empty counts as not written; so does \`null\`.

The file, every \`\${file:…}\` and the TLS files are watched. A change is taken when all of it is valid; otherwise the configuration in
force stays, and the log and the metric \`graft_config_reloads_total{result="invalid"}\` say so. What Envoy must know as well (\`envoy\`;
address, TLS and connection timeout of a provider) needs new output of \`graft envoy-config\`: the log says when. Environment variables,
\`admin\` and \`envoy.sockets\` are read when the process starts.
`;

function addSection(sections: string[], path: string, node: Node): void {
  const rows: string[] = [];
  const inner: [string, Node][] = [];
  const required = new Set(node.required);
  for (const [key, property] of Object.entries(node.properties ?? {})) {
    if (typeof property === "boolean") continue;
    const here = path === "" ? key : `${path}.${key}`;
    const mapping = mappingIn(here, property);
    if (mapping !== undefined) inner.push(mapping);
    const link = mapping === undefined ? `\`${key}\`` : `[\`${key}\`](#${anchor(mapping[0])})`;
    rows.push(
      `| ${link} | ${typeOf(property)} | ${defaultOf(property, required.has(key))} | ${cell(property.description ?? "")} |`,
    );
  }
  const title = path === "" ? "The file" : `\`${path}\``;
  const about = path === "" || node.description === undefined ? "" : `${node.description}\n\n`;
  sections.push(`## ${title}\n\n${about}| Key | Type | Default | Meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`);
  for (const [at, property] of inner) addSection(sections, at, property);
}

/** The mapping a property is or holds, with its path: `models[]`, `providers.<name>`. */
function mappingIn(path: string, node: Node): [string, Node] | undefined {
  if (node.properties !== undefined && Object.keys(node.properties).length > 0) return [path, node];
  const { items, additionalProperties } = node;
  if (isNode(items)) return mappingIn(`${path}[]`, items);
  if (isNode(additionalProperties)) return mappingIn(`${path}.<name>`, additionalProperties);
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(node: Node): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (node.type === "array") return `list of ${isNode(node.items) ? typeOf(node.items) : "values"}`;
  if (node.type === "integer" || node.type === "number") return `number${range(node)}`;
  if (node.type === "boolean") return "true, false";
  if (node.type === "string") return node.writeOnly === true ? "secret text" : "text";
  if (node.properties !== undefined) return "mapping";
  return isNode(node.additionalProperties) && node.additionalProperties.type !== undefined
    ? `name: ${typeOf(node.additionalProperties)}`
    : "any mapping";
}

function range(node: Node): string {
  return node.minimum === undefined || node.maximum === undefined ? "" : ` ${node.minimum}–${node.maximum}`;
}

function defaultOf(node: Node, required: boolean): string {
  if (required) return "**required**";
  if (node.default === undefined) return "";
  const text = JSON.stringify(node.default, undefined, 1).replaceAll(/\n */g, " ");
  return text === "{}" || text === "[]" ? "empty" : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** GitHub's anchor of a heading. */
function anchor(path: string): string {
  return path.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "");
}
