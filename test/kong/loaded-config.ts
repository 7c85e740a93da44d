/** A declarative configuration as one worker holds it. */
import { BUNDLED } from "./bundled";
import type { BundledPlugin, Config } from "./bundled/plugin";
import type { DeclarativeConfig, PluginConfig } from "./declarative";
import { Consumers, entityId, type Route, routeOf, type Service, serviceOf } from "./entities";
import { cjson } from "./lua/values";
import { type FillOptions, fillConfig } from "./plugin-config";
import { configSchema, type PluginInfo } from "./plugin-servers";
import type { RpcClient } from "./rpc-client";
import type { ExternalPlugin } from "./worker";

export type BoundPlugin = { readonly name: string; readonly priority: number; readonly phases: readonly string[] } & (
  | { readonly kind: "bundled"; readonly plugin: BundledPlugin; readonly config: Config }
  | { readonly kind: "external"; readonly plugin: ExternalPlugin }
);

export interface BoundRoute {
  readonly route: Route;
  readonly service: Service;
  /** Highest priority first. */
  readonly plugins: readonly BoundPlugin[];
}

export interface LoadedConfig {
  readonly routes: readonly BoundRoute[];
  readonly consumers: Consumers;
}

export interface LoadOptions extends FillOptions {
  readonly external: readonly { readonly info: PluginInfo; readonly rpc: RpcClient }[];
  /** A number no plugin configuration of any worker had before. */
  nextSeq(): number;
}

interface Scope {
  readonly route_id?: string;
  readonly service_id?: string;
}

/** @throws what is wrong with a plugin's configuration */
export function loadConfig(config: DeclarativeConfig, options: LoadOptions): LoadedConfig {
  const everywhere = (config.plugins ?? []).map((plugin) => bind(plugin, {}, options));
  const routes = config.services.flatMap((declared) => {
    const service = serviceOf(declared);
    const ofService = (declared.plugins ?? []).map((plugin) => bind(plugin, { service_id: service.id }, options));
    return declared.routes.map((declaredRoute) => {
      const route = routeOf(declaredRoute, service);
      const ofRoute = (declaredRoute.plugins ?? []).map((plugin) => bind(plugin, { route_id: route.id }, options));
      // One configuration of a plugin runs: the most specific.
      const byName = new Map([...everywhere, ...ofService, ...ofRoute].map((plugin) => [plugin.name, plugin]));
      return { route, service, plugins: [...byName.values()].sort((a, b) => b.priority - a.priority) };
    });
  });
  return { routes, consumers: new Consumers(config.consumers ?? []) };
}

function bind({ name, config = {} }: PluginConfig, scope: Scope, options: LoadOptions): BoundPlugin {
  const bundled = BUNDLED.find((plugin) => plugin.name === name);
  if (bundled !== undefined) {
    const filled = fillConfig(bundled.schema, config, options);
    return { kind: "bundled", name, priority: bundled.priority, phases: ["access"], plugin: bundled, config: filled };
  }
  const external = options.external.find(({ info }) => info.Name === name);
  if (external === undefined) throw new Error(`plugin '${name}' not enabled; add it to the 'plugins' configuration property`);
  const { info, rpc } = external;
  const key = ["plugins", name, scope.route_id ?? "", scope.service_id ?? "", "", "", WORKSPACE].join(":");
  const id = entityId(key);
  const seq = options.nextSeq();
  const extra = { ...scope, __plugin_id: id, __key__: key, __seq__: seq, __ws_id: WORKSPACE };
  const text = cjson({ ...fillConfig(configSchema(info), config, options), ...extra });
  return { kind: "external", name, priority: info.Priority, phases: info.Phases, plugin: { name, id, seq, config: text, rpc } };
}

const WORKSPACE = entityId("workspaces", "default");
