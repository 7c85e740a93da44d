/** What a plugin server tells Kong about its plugins when Kong starts (`pluginserver_*_query_cmd`). */
import type { Vocabulary } from "../plugins/config";
import { graftLogSchema, graftSchema, type KongSchema } from "./schema";

/** Kong's own plugins keep their places around these: the higher, the earlier. */
const PLUGINS = {
  // Where Kong's AI proxy stands: after authentication, ACLs, rate and size limits and what rewrites requests.
  graft: { priority: 770, phase: "access", schema: graftSchema },
  "graft-log": { priority: 5, phase: "log", schema: graftLogSchema },
} as const;

export type PluginName = keyof typeof PLUGINS;

export const PLUGIN_NAMES = ["graft", "graft-log"] as const satisfies readonly PluginName[];

export interface PluginInfo {
  readonly Name: PluginName;
  readonly Version: string;
  readonly Phases: readonly string[];
  readonly Priority: number;
  readonly Schema: KongSchema;
}

export function priorityOf(name: PluginName): number {
  return PLUGINS[name].priority;
}

/** JSON for Kong. A list of one: since 3.9 Kong reads the first plugin of a server only. */
export function pluginInfoJson(name: PluginName, version: string, vocabulary: Vocabulary): string {
  const { priority, phase, schema } = PLUGINS[name];
  const info: PluginInfo = { Name: name, Version: version, Phases: [phase], Priority: priority, Schema: schema(vocabulary) };
  return `${JSON.stringify([info], undefined, 2)}\n`;
}
