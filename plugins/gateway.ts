/** A configuration, compiled: what hosts open exchanges on. Immutable; a reload makes a new one, running exchanges keep theirs. */
import { compilePolicy } from "./compile";
import type { Config } from "./config/schema";
import type { Dialect } from "./core/dialect";
import { GraftError } from "./core/errors";
import { type ClientInfo, Exchange } from "./core/exchange";
import { isModelName } from "./core/model-table";
import { Pipeline, type Reply } from "./core/pipeline";
import type { Policy } from "./core/policy";
import type { HeaderMap } from "./core/provider";
import type { NamedProvider } from "./core/target";
import { DIALECTS } from "./dialects";
import { encodeModel, encodeModels } from "./dialects/openai-chat/encode-models";
import { Prices } from "./prices";
import type { ProcessServices } from "./process-services";
import { ProviderPool } from "./provider-pool";

export type Opened =
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline }
  | { readonly kind: "reply"; readonly reply: Reply };

/** Of what a client wrote, characters of it that an error repeats. */
const MAX_QUOTED = 200;

/** The last piece is everything behind it: ids of models hold slashes. */
const MODELS_PATH = /\/models(?:\/(.*))?$/;

export class Gateway {
  readonly config: Config;
  readonly version: string;
  readonly #policies = new Map<string, Policy>();
  readonly providers: ReadonlyMap<string, NamedProvider>;
  readonly #services: ProcessServices;
  /** Unix seconds, the `created` of listed models. */
  readonly #created: number;

  /**
   * @param scope sets what its policies keep in stores apart from policies of the same name; absent = their name says it all
   * @param version short hash of the configuration, named in every record
   * @param pool of the process: providers that another configuration has as well share their state (resting keys, health, connections)
   */
  constructor(config: Config, version: string, services: ProcessServices, pool = new ProviderPool(services), scope?: string) {
    this.config = config;
    this.version = version;
    this.#services = services;
    this.#created = Math.floor(services.clock.now() / 1000);
    const providers = new Map(Object.entries(config.providers).map(([name, it]) => [name, pool.get(name, it)]));
    this.providers = providers;
    const prices = new Prices(config.prices.overrides, config.priceTable);
    prices.load();
    for (const [name, it] of Object.entries(config.policies)) {
      const context = { version, bounds: config.bounds, services, prices, scope: scope ?? name };
      this.#policies.set(name, compilePolicy(name, it, providers, context));
    }
  }

  /** The error dialect for answers given before an exchange could be opened. */
  static readonly fallbackDialect: Dialect = DIALECTS[0] as Dialect;

  open(policyName: string, client: ClientInfo): Opened {
    const policy = this.#policies.get(policyName);
    if (policy === undefined)
      return refuse(new GraftError("internal", `This route names a policy that is not configured.`), client);
    const dialect = policy.dialects.find((it) => client.path.endsWith(it.path));
    if (dialect === undefined) return this.#models(policy, client);
    if (client.method !== "POST") return notAllowed(client, "POST", dialect);
    const exchange = new Exchange({
      id: this.#services.newId("ex_"),
      policy: policy.name,
      configVersion: policy.configVersion,
      client,
      startedAt: this.#services.clock.now(),
      labels: policy.labels,
    });
    return { kind: "pipeline", pipeline: new Pipeline(exchange, policy, dialect, this.#services) };
  }

  /** `GET …/models` and `GET …/models/{id}`; everything else is unknown. */
  #models(policy: Policy, client: ClientInfo): Opened {
    const found = MODELS_PATH.exec(client.path);
    if (found === null) {
      const url = `${client.method} ${client.path.slice(0, MAX_QUOTED)}`;
      return refuse(new GraftError("not_found", `Unknown request URL: ${url}.`), client);
    }
    if (client.method !== "GET" && client.method !== "HEAD") return notAllowed(client, "GET, HEAD");
    const listed = (it: { name: string; owner: string }) => ({ id: it.name, created: this.#created, ownedBy: it.owner });
    const id = found[1] ?? "";
    if (id === "") return json(encodeModels(policy.models.visible(client.caller).map(listed)), client);
    const name = decode(id);
    const alias = name === undefined || !isModelName(name) ? undefined : policy.models.find(name, client.caller);
    if (name === undefined || alias === undefined) {
      const message = `The model '${(name ?? id).slice(0, MAX_QUOTED)}' does not exist`;
      return refuse(new GraftError("model_not_found", message, { param: "model" }), client);
    }
    return json(encodeModel(listed({ name, owner: alias.targets[0]?.provider.name ?? "graft" })), client);
  }
}

function refuse(error: GraftError, client: ClientInfo, dialect = Gateway.fallbackDialect, more: HeaderMap = {}): Opened {
  const encoded = dialect.encodeError(error);
  const headers = { "x-request-id": client.requestId, ...encoded.headers, ...more };
  return { kind: "reply", reply: { status: error.status, headers, body: Buffer.from(encoded.body) } };
}

function json(text: string, client: ClientInfo): Opened {
  const headers = { "content-type": "application/json", "x-request-id": client.requestId };
  return { kind: "reply", reply: { status: 200, headers, body: Buffer.from(text) } };
}

function notAllowed(client: ClientInfo, allow: string, dialect?: Dialect): Opened {
  const path = client.path.slice(0, MAX_QUOTED);
  const error = new GraftError("method_not_allowed", `Not allowed to ${client.method} on ${path} (allowed: ${allow}).`);
  // RFC 9110 §15.5.6 asks for the header.
  return refuse(error, client, dialect, { allow });
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
