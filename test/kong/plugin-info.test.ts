import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PLUGIN_NAMES, pluginInfoJson, priorityOf } from "../../kong/plugin-info";
import { graftFields, graftSchema, type KongField } from "../../kong/schema";
import { pluginConfigSchema } from "../../kong/schema/plugin-config";
import { KNOWN } from "../../plugins/config";
import { isSecret, unwrap } from "../../plugins/config/schema-walk";
import { version as packageVersion } from "../../plugins/package-root";
import { WORDS } from "../config/support";
import { checkSchema } from "./schema/kong-rules";

const KONG = join(__dirname, "..", "..", "kong");
const FILES = { graft: "plugin-info.json", "graft-log": "plugin-info-log.json" };

test.each(PLUGIN_NAMES)("what is shipped for %s is up to date (npm run docs)", (name) => {
  const path = join(KONG, FILES[name]);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, "utf8")).toBe(pluginInfoJson(name, packageVersion(), KNOWN));
});

test.each(PLUGIN_NAMES)("%s: a list of one plugin that Kong loads", (name) => {
  const list: unknown = JSON.parse(pluginInfoJson(name, "1.2.3", WORDS));
  expect(list).toEqual([
    {
      Name: name,
      Version: "1.2.3",
      Phases: [name === "graft" ? "access" : "log"],
      Priority: name === "graft" ? 770 : 5,
      Schema: {
        name,
        fields: [
          {
            protocols: {
              type: "set",
              required: true,
              default: ["http", "https"],
              elements: { type: "string", one_of: ["http", "https"] },
            },
          },
          { config: expect.objectContaining({ type: "record", required: true }) },
        ],
      },
    },
  ]);
  expect(priorityOf(name)).toBe(name === "graft" ? 770 : 5);
});

test.each([
  ["this build", KNOWN],
  ["another vocabulary", WORDS],
])("Kong loads the schema of %s", (_name, vocabulary) => {
  for (const entry of graftSchema(vocabulary).fields) {
    for (const [name, field] of Object.entries(entry)) expect(checkSchema(field, name)).toEqual([]);
  }
});

test("the configuration: a policy by name or written out, and nothing of Envoy's", () => {
  const config = graftSchema(WORDS).fields[1]?.["config"];
  expect(config?.fields).toEqual(graftFields(WORDS));
  expect(config?.entity_checks).toEqual([{ only_one_of: ["policy", "models"] }, { mutually_required: ["models", "providers"] }]);
  const names = graftFields(WORDS).flatMap((entry) => Object.keys(entry));
  expect(names.slice(0, 4)).toEqual(["policy", "groups_from_acl", "providers", "models"]);
  expect(names).toEqual(expect.arrayContaining(["unsupported_params", "allow_provider_state", "forward_headers", "plugins"]));
  expect(names).not.toContain("fail_open");
});

/** By `config.providers.*.tls`, `config.models[].name` and the like. */
function byPath(field: KongField, path: string): [string, KongField][] {
  const inside = (field.fields ?? []).flatMap((entry) => Object.entries(entry));
  return [
    [path, field],
    ...(field.elements === undefined ? [] : byPath(field.elements, `${path}[]`)),
    ...(field.values === undefined ? [] : byPath(field.values, `${path}.*`)),
    ...inside.flatMap(([name, it]) => byPath(it, `${path}.${name}`)),
  ];
}

const CONFIG: KongField = { type: "record", fields: graftFields(WORDS) };
const FIELDS = new Map(byPath(CONFIG, "config"));

// All fields of this build can be read in kong/plugin-info.json, which the first test keeps up to date.
test.each<[string, Partial<KongField>]>([
  ["config.policy", { type: "string", len_min: 1 }],
  ["config.groups_from_acl", { type: "boolean", required: true, default: false }],
  ["config.providers", { type: "map", keys: { type: "string" } }],
  ["config.providers.*.kind", { type: "string", required: true, one_of: ["openai", "anthropic", "openai-compatible"] }],
  ["config.providers.*.api_keys", { type: "array", required: true, default: [], len_max: 100 }],
  ["config.providers.*.api_keys[]", { type: "string", referenceable: true }],
  ["config.providers.*.headers.*", { type: "string", referenceable: true }],
  ["config.providers.*.tls", { type: "record", required: false }],
  ["config.providers.*.connect_timeout_ms", { type: "integer", required: true, default: 5000, between: [1, 86_400_000] }],
  ["config.models", { type: "array", len_min: 1, len_max: 1000 }],
  ["config.models[].strategy", { type: "string", one_of: ["fallback", "weighted"], default: "fallback" }],
  ["config.models[].allow", { type: "record", required: true }],
  ["config.models[].allow.groups[]", { type: "string", len_min: 1, len_max: 256 }],
  ["config.plugins", { type: "record", required: true }],
  ["config.plugins.sample", { type: "record", required: false }],
  ["config.plugins.sample.limit", { type: "integer", gt: 0, default: 5 }],
])("%s", (path, expected) => {
  expect(FIELDS.get(path)).toMatchObject(expected);
});

test.each(["config.policy", "config.providers", "config.models"])("%s is not required by itself", (path) => {
  expect(FIELDS.get(path)).not.toHaveProperty("required");
});

test("every secret, and nothing else, may be a vault reference", () => {
  const secrets = (schema: unknown, path: string): string[] => {
    if (!(schema instanceof z.ZodType)) return [];
    if (isSecret(schema)) return [path];
    const it = unwrap(schema);
    if (it instanceof z.ZodObject) return Object.entries(it.shape).flatMap(([key, inner]) => secrets(inner, `${path}.${key}`));
    if (it instanceof z.ZodArray) return secrets(it.element, `${path}[]`);
    return it instanceof z.ZodRecord ? secrets(it.valueType, `${path}.*`) : [];
  };
  const found = [...FIELDS].filter(([, field]) => field.referenceable === true).map(([path]) => path);
  expect(found).toEqual(secrets(pluginConfigSchema(WORDS), "config"));
  expect(found).toEqual(["config.providers.*.api_keys[]", "config.providers.*.headers.*", "config.plugins.sample.webhook_key"]);
});
