/** Providers by what they are configured to be: their keys at rest, health and connections belong to that, and not to a configuration. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Config } from "./config/schema";
import { compact } from "./core/compact";
import { KeyRing } from "./core/key-ring";
import type { Services } from "./core/plugin";
import type { NamedProvider } from "./core/target";
import { TargetHealth } from "./core/target-health";
import { CODECS } from "./providers";

type ProviderConfig = Config["providers"][string];

/**
 * What two configurations have in common is one provider: before and after a reload, and in each instance of a gateway that
 * starts many. It lives as long as one of them does.
 */
export class ProviderPool {
  readonly #services: Services;
  readonly #known = new Map<string, WeakRef<NamedProvider>>();

  constructor(services: Services) {
    this.#services = services;
  }

  get(name: string, config: ProviderConfig): NamedProvider {
    const { ca_file, cert_file, key_file } = config.tls ?? {};
    const key = contentKey([name, config, [ca_file, cert_file, key_file].map(contentOf)]);
    const known = this.#known.get(key)?.deref();
    if (known !== undefined) return known;
    const made = namedProvider(name, config, this.#services);
    for (const [old, it] of this.#known) if (it.deref() === undefined) this.#known.delete(old);
    this.#known.set(key, new WeakRef(made));
    return made;
  }
}

/** Of a certificate or key: a new one under the same name makes a new provider, with new connections. */
function contentOf(path: string | undefined): string {
  try {
    return path === undefined ? "" : readFileSync(path, "utf8");
  } catch {
    // Told to the requests that would need it.
    return "";
  }
}

/** Tells configurations apart by all they hold, secrets included, and gives none of it away. */
export function contentKey(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value, sorted)).digest("base64");
}

/** Written in another order, it is the same. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function namedProvider(name: string, it: ProviderConfig, services: Services): NamedProvider {
  const codec = CODECS.find(({ kind }) => kind === it.kind);
  if (codec === undefined) throw new Error(`provider ${name} is of the unknown kind ${it.kind}`);
  const url = new URL(it.base_url ?? codec.defaultBaseUrl);
  return {
    name,
    codec,
    scheme: url.protocol === "http:" ? "http" : "https",
    authority: url.host,
    basePath: url.pathname.replace(/\/+$/, ""),
    headers: it.headers,
    keys: new KeyRing(it.api_keys, services.clock),
    health: new TargetHealth(
      {
        windowMs: it.health.window_ms,
        minRequests: it.health.min_requests,
        errorRate: it.health.error_rate,
        cooldownMs: it.health.cooldown_ms,
      },
      services.clock,
    ),
    connection: {
      connectTimeoutMs: it.connect_timeout_ms,
      maxConcurrent: it.max_concurrent,
      allowLinkLocal: it.allow_link_local,
      tls: compact({
        caFile: it.tls?.ca_file,
        certFile: it.tls?.cert_file,
        keyFile: it.tls?.key_file,
        serverName: it.tls?.server_name,
      }),
    },
  };
}
