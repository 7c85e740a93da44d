/** What Kong knows of an external plugin: one plugin of one plugin server, by the JSON its query command prints. */
import type { KongField } from "../../kong/schema/field";

export interface PluginInfo {
  readonly Name: string;
  readonly Version: string;
  readonly Phases: readonly string[];
  readonly Priority: number;
  readonly Schema: { readonly name: string; readonly fields: readonly Readonly<Record<string, KongField>>[] };
}

/** One of `pluginserver_names`; several may share a socket. */
export interface PluginServer {
  readonly socket: string;
  /** What the query command prints. */
  readonly dump: string;
}

/** Kong 3.9 takes the first plugin of a dump and no other. @throws what Kong would say instead of starting */
export function pluginOf({ dump }: PluginServer): PluginInfo {
  let plugins: unknown;
  try {
    plugins = JSON.parse(dump);
  } catch {
    throw new Error(`failed decoding plugin info: ${dump.slice(0, 300)}`);
  }
  const [first] = Array.isArray(plugins) ? (plugins as PluginInfo[]) : [];
  if (first === undefined) throw new Error("no plugin in the plugin server's dump");
  return first;
}

export function configSchema(info: PluginInfo): KongField {
  const schema = info.Schema.fields.find((field) => "config" in field)?.["config"];
  if (schema === undefined) throw new Error(`the schema of ${info.Name} has no config`);
  return schema;
}
