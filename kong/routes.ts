/** From what Kong hands to a plugin instance to what its requests run under. */
import { KNOWN } from "../plugins/config";
import type { Gateway } from "../plugins/gateway";
import { contentKey } from "../plugins/provider-pool";
import type { Runtime } from "../plugins/runtime";
import { INLINE_POLICY, instanceConfigReader } from "./instance-config";

export interface Route {
  readonly gateway: Gateway;
  readonly policy: string;
  readonly groupsFromAcl: boolean;
  /** Kong's id of the route that the plugin stands on; absent = it stands on a service, or everywhere. */
  readonly route: string | undefined;
}

/**
 * Each of Kong's workers starts an instance of its own for each plugin configuration. Those of one plugin share one gateway, and
 * with it all state.
 */
export class Routes {
  readonly #runtime: Pick<Runtime, "gateway" | "compile" | "logger">;
  readonly #read = instanceConfigReader(KNOWN);
  /** Each lives as long as an instance uses it. */
  readonly #inline = new Map<string, WeakRef<Gateway>>();

  constructor(runtime: Pick<Runtime, "gateway" | "compile" | "logger">) {
    this.#runtime = runtime;
  }

  /** An instance's way to its route. @param received as Kong sent it */
  open(received: unknown): () => Route | undefined {
    let base: Gateway | undefined;
    let route: ((base: Gateway) => Route) | undefined;
    return () => {
      const now = this.#runtime.gateway();
      // graft.yaml has a say in inline configurations too: the bounds are the process's.
      if (now !== base) route = this.#resolve(received, now);
      base = now;
      return route?.(now);
    };
  }

  /** `undefined` = the configuration cannot work, and the log says why. */
  #resolve(received: unknown, base: Gateway): ((base: Gateway) => Route) | undefined {
    const { logger } = this.#runtime;
    const read = this.#read(received, base.config);
    const plugin = pluginId(received);
    if (read.kind === "invalid") {
      logger.error({ plugin, issues: read.issues }, "Kong's configuration of this plugin cannot work: its requests are refused");
      return undefined;
    }
    for (const warning of read.warnings) logger.warn({ plugin }, warning);
    const place = { groupsFromAcl: read.groupsFromAcl, route: routeOf(received) };
    if (read.kind === "policy") return (gateway) => ({ gateway, policy: read.policy, ...place });
    const inline = { gateway: this.#shared(read.config, read.version, scopeOf(received)), policy: INLINE_POLICY, ...place };
    return () => inline;
  }

  #shared(config: Gateway["config"], version: string, scope: string): Gateway {
    const key = contentKey([config, scope]);
    const known = this.#inline.get(key)?.deref();
    if (known !== undefined) return known;
    for (const [old, it] of this.#inline) if (it.deref() === undefined) this.#inline.delete(old);
    const made = this.#runtime.compile(config, version, scope);
    this.#inline.set(key, new WeakRef(made));
    return made;
  }
}

/** Where the plugin stands: what it counts is counted there, by all workers and all nodes with the same configuration. */
function scopeOf(received: unknown): string {
  return `${INLINE_POLICY}:${keyOf(received)}`;
}

/** `plugins:<name>:<route id>:<service id>:<consumer id>:…`, ids empty where the plugin is not bound to one. */
function routeOf(received: unknown): string | undefined {
  const id = keyOf(received).split(":")[2];
  return id === undefined || id === "" ? undefined : id;
}

function keyOf(received: unknown): string {
  const key = typeof received === "object" && received !== null && "__key__" in received ? received.__key__ : undefined;
  return typeof key === "string" ? key : "";
}

function pluginId(received: unknown): unknown {
  return typeof received === "object" && received !== null && "__plugin_id" in received ? received.__plugin_id : undefined;
}
