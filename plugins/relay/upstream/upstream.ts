import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { GraftError } from "../../core/errors";
import type { OutgoingRequest } from "../../core/outgoing";
import type { NamedProvider } from "../../core/target";
import { unreachable } from "./call-error";
import type { Connections, ConnectionsOptions } from "./connections";
import type { CallLimits, ProviderAnswer, ProviderCall } from "./provider-call";

export interface UpstreamOptions {
  /** Names the proxies: HTTP_PROXY, HTTPS_PROXY, NO_PROXY, lower case first. */
  readonly env: NodeJS.ProcessEnv;
  readonly lookup?: LookupFunction;
}

/** Read with the first call, and by the relay before it serves: behind Envoy most processes call no provider. */
const connections = (): typeof import("./connections") => require("./connections");

/** Calls providers, each over connections of its own that live as long as its configuration. */
export class Upstream {
  readonly #options: ConnectionsOptions;
  readonly #connections = new WeakMap<NamedProvider, Connections>();
  /** For `close`; must not keep those of former configurations alive. */
  readonly #all = new Set<WeakRef<Connections>>();
  #closed = false;

  constructor({ env, lookup = systemLookup }: UpstreamOptions) {
    this.#options = { env, lookup };
  }

  /** Never throws: what is wrong rejects the answer. */
  call(provider: NamedProvider, request: OutgoingRequest, limits: CallLimits): ProviderCall {
    try {
      return this.#connectionsTo(provider).call(request, limits);
    } catch (thrown) {
      return failedCall(thrown instanceof GraftError ? thrown : unreachable(thrown));
    }
  }

  /** Takes no more calls; resolves when the running ones have ended and all connections are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((it) => it.deref()?.close()));
  }

  #connectionsTo(provider: NamedProvider): Connections {
    if (this.#closed) throw new Error("the gateway is stopping");
    const known = this.#connections.get(provider);
    if (known !== undefined) return known;
    const made = new (connections().Connections)(provider, this.#options);
    this.#connections.set(provider, made);
    for (const it of this.#all) if (it.deref() === undefined) this.#all.delete(it);
    this.#all.add(new WeakRef(made));
    return made;
  }
}

function failedCall(error: GraftError): ProviderCall {
  const answer = Promise.reject<ProviderAnswer>(error);
  answer.catch(() => {});
  return { answer, abort: () => {} };
}
