import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { instanceConfigReader } from "../../kong/instance-config";
import { graftSchema, type KongField } from "../../kong/schema";
import { KNOWN } from "../../plugins/config";
import { complete } from "../../plugins/config/complete";
import { configSchema } from "../../plugins/config/schema";
import { check, fill, recordsRequired } from "./schema/kong-rules";

interface Plugin {
  readonly name: string;
  readonly config?: object;
}

interface Route {
  readonly name: string;
  readonly request_buffering?: boolean;
  readonly response_buffering?: boolean;
  readonly plugins: readonly Plugin[];
}

interface Declaration {
  readonly _format_version: string;
  readonly services: readonly {
    readonly url: string;
    readonly retries: number;
    readonly routes: readonly Route[];
    readonly plugins?: Plugin[];
  }[];
  readonly consumers: readonly { readonly acls: readonly { readonly group: string }[] }[];
}

const TEXT = readFileSync(join(__dirname, "..", "..", "kong", "kong.yml"), "utf8");

/** Graft with a graft.yaml that has the policy `default`. */
const MODELS = [{ name: "m", targets: [{ provider: "p", model: "m" }] }];
const OF_PROCESS = complete(
  configSchema(KNOWN).parse({ version: 1, providers: {}, policies: { default: { models: MODELS } } }),
  KNOWN,
  "/",
);

/** As it is, and with what is commented out for those who want it: lines of YAML behind `# `, sentences do not look like that. */
const FORMS: [string, string][] = [
  ["as it is", TEXT],
  ["with its options", TEXT.replaceAll(/^( {4,})# ((?:- | {2}|plugins:).*)$/gm, "$1$2")],
];

describe.each(FORMS)("kong.yml %s", (form, text) => {
  const declaration: Declaration = parse(text);
  const [service] = declaration.services;
  const routes = service?.routes ?? [];
  const configs = routes.flatMap((route) =>
    route.plugins.filter(({ name }) => name === "graft").map(({ config }) => config ?? {}),
  );

  test("is a declaration of a service that fails closed", () => {
    expect(declaration._format_version).toBe("3.0");
    expect(declaration.services).toHaveLength(1);
    expect(service).toMatchObject({ url: "http://127.0.0.1:9", retries: 0, read_timeout: 600_000, write_timeout: 600_000 });
    expect(service?.plugins).toEqual(form === "as it is" ? undefined : [{ name: "graft-log" }]);
    expect(routes.map(({ name }) => name)).toEqual(form === "as it is" ? ["chat"] : ["chat", "chat-by-name"]);
    expect(configs).toHaveLength(routes.length);
  });

  test("every route streams, and hides consumers' keys", () => {
    for (const route of routes) {
      expect(route).toMatchObject({ request_buffering: false, response_buffering: false });
      expect(route.plugins[0]).toMatchObject({ name: "key-auth", config: { hide_credentials: true } });
    }
  });

  test("groups are believed where Kong says them", () => {
    for (const { plugins } of routes) {
      const graft = plugins.find(({ name }) => name === "graft")?.config ?? {};
      const acl = plugins.some(({ name }) => name === "acl");
      expect("groups_from_acl" in graft && graft.groups_from_acl).toBe(acl);
    }
    const groups = new Set(declaration.consumers.flatMap(({ acls }) => acls.map(({ group }) => group)));
    expect([...groups]).toEqual(["llm-users", "gold"]);
  });

  test("Kong and Graft take its configurations, and every key is a vault reference", () => {
    const declared = graftSchema(KNOWN).fields[1]?.["config"];
    if (declared === undefined) throw new Error("no config");
    const field: KongField = recordsRequired(declared);
    const read = instanceConfigReader(KNOWN);
    for (const config of configs) {
      expect(check(field, config)).toEqual([]);
      expect(JSON.stringify(config)).not.toMatch(/"api_keys":\["(?!\{vault:)/);
      const sent: unknown = JSON.parse(JSON.stringify(fill(field, config)).replaceAll(/\{vault:[^}]*\}/g, "sk-from-vault"));
      expect(read(sent, OF_PROCESS)).toMatchObject(
        "policy" in config
          ? { kind: "policy", policy: "default", warnings: [] }
          : { kind: "inline", groupsFromAcl: true, warnings: [] },
      );
    }
  });
});
