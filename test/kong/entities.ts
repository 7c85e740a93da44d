/** What Kong makes of its configuration: entities with ids and every default. */
import { createHash } from "node:crypto";
import type { ConsumerConfig, RouteConfig, ServiceConfig } from "./declarative";
import { bytesOf } from "./lua/values";

export interface Service {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly retries: number;
  readonly connect_timeout: number;
  readonly read_timeout: number;
  readonly write_timeout: number;
  readonly enabled: true;
}

export interface Route {
  readonly id: string;
  readonly name: string;
  readonly protocols: readonly string[];
  readonly paths: readonly string[];
  readonly strip_path: boolean;
  readonly preserve_host: boolean;
  readonly request_buffering: boolean;
  readonly response_buffering: boolean;
  readonly path_handling: "v0";
  readonly service: { readonly id: string };
}

export interface Consumer {
  readonly id: string;
  readonly username: string;
  readonly custom_id?: string;
  readonly tags?: readonly string[];
}

export interface Credential {
  readonly id: string;
  readonly key: string;
  readonly consumer: { readonly id: string };
}

/** Kong derives the ids of declared entities from their names, so they outlive a reload. */
export function entityId(...names: readonly string[]): string {
  const hex = createHash("sha1").update(names.join(":")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function serviceOf(config: ServiceConfig): Service {
  const url = new URL(config.url);
  const protocol = url.protocol.slice(0, -1);
  return {
    id: entityId("services", config.name),
    name: config.name,
    protocol,
    host: url.hostname,
    port: url.port === "" ? (protocol === "https" ? 443 : 80) : Number(url.port),
    ...(url.pathname === "/" ? {} : { path: url.pathname }),
    retries: config.retries ?? 5,
    connect_timeout: config.connect_timeout ?? 60_000,
    read_timeout: config.read_timeout ?? 60_000,
    write_timeout: config.write_timeout ?? 60_000,
    enabled: true,
  };
}

export function routeOf(config: RouteConfig, service: Service): Route {
  return {
    id: entityId("routes", config.name),
    name: config.name,
    protocols: ["http", "https"],
    paths: config.paths,
    strip_path: config.strip_path ?? true,
    preserve_host: config.preserve_host ?? false,
    request_buffering: config.request_buffering ?? true,
    response_buffering: config.response_buffering ?? true,
    path_handling: "v0",
    service: { id: service.id },
  };
}

/** Consumers, and by what they are found. */
export class Consumers {
  readonly #consumers: readonly Consumer[];
  readonly #credentials = new Map<string, Credential>();
  readonly #groups = new Map<string, readonly string[]>();

  constructor(configs: readonly ConsumerConfig[]) {
    this.#consumers = configs.map(({ username, custom_id, tags }) => ({
      id: entityId("consumers", username),
      username,
      ...(custom_id === undefined ? {} : { custom_id }),
      ...(tags === undefined ? {} : { tags }),
    }));
    for (const config of configs) {
      const id = entityId("consumers", config.username);
      for (const { key } of config.keyauth_credentials ?? [])
        this.#credentials.set(bytesOf(key), { id: entityId("keyauth_credentials", key), key, consumer: { id } });
      this.#groups.set(
        id,
        (config.acls ?? []).map(({ group }) => group),
      );
    }
  }

  find(idOrName: string): Consumer | undefined {
    return this.#consumers.find(({ id, username }) => id === idOrName || username === idOrName);
  }

  /** @param key bytes, as it comes in a request */
  credential(key: string): Credential | undefined {
    return this.#credentials.get(key);
  }

  groups(consumer: Consumer): readonly string[] {
    return this.#groups.get(consumer.id) ?? [];
  }
}
