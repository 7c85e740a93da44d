/** The connections to one named provider, shared with no other, and how many calls run over them. */
import type { LookupFunction } from "node:net";
import { Pool } from "undici";
import { guardedLookup, refusedAddress } from "../../core/guarded-lookup";
import { USER_AGENT } from "../../core/headers";
import { isLinkLocal } from "../../core/link-local";
import type { OutgoingRequest } from "../../core/outgoing";
import type { NamedProvider } from "../../core/target";
import { Call } from "./call";
import { tooBusy } from "./call-error";
import { connector, type Route } from "./connector";
import { PooledClient } from "./pooled-client";
import type { CallLimits, ProviderCall } from "./provider-call";
import { type HttpProxy, proxyFor } from "./proxy";
import { Security } from "./security";

/** As long as Envoy keeps an unused connection; a provider that says less is believed. */
const KEEP_ALIVE_MS = 60_000;
const MAX_HEADER_BYTES = 64 * 1024;

export interface ConnectionsOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly lookup: LookupFunction;
}

export class Connections {
  readonly #pool: Pool;
  readonly #maxConcurrent: number;
  /** What a proxy wants in front of the path, and its headers. */
  readonly #origin: string;
  readonly #headers: readonly string[];
  #running = 0;
  readonly #released = (): void => {
    this.#running -= 1;
  };

  /** @throws Error when a file cannot be read, the address is refused or a proxy variable is wrong */
  constructor({ scheme, authority, connection }: NamedProvider, { env, lookup }: ConnectionsOptions) {
    const url = new URL(`${scheme}://${authority}`);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isLinkLocal(host) && !connection.allowLinkLocal) throw refusedAddress(host);
    const proxy = proxyFor(url, env);
    const security = scheme === "https" ? new Security(host, connection.tls) : undefined;
    const port = url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port);
    // Plain HTTP is not tunnelled, as many proxies open tunnels to port 443 only: the proxy forwards it (RFC 9112 §3.2.2).
    const forwarder = security === undefined ? proxy : undefined;
    const route: Route = {
      to: forwarder ?? { host, port, security },
      through: forwarder === undefined ? proxy : undefined,
      // With a proxy it is the proxy that looks the name up, and its business where it lets us go.
      lookup: proxy !== undefined || connection.allowLinkLocal ? lookup : guardedLookup(lookup),
      timeoutMs: connection.connectTimeoutMs,
    };
    this.#maxConcurrent = connection.maxConcurrent;
    this.#origin = forwarder === undefined ? "" : url.origin;
    this.#headers = forwarder === undefined ? [] : forwarderHeaders(authority, forwarder);
    this.#pool = new Pool(url.origin, {
      connections: connection.maxConcurrent,
      connect: connector(route),
      factory: (origin, options) => new PooledClient(origin, options),
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Calls have limits of their own; these are off by up to a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** @throws GraftError when too many calls run. A call given up before it had a connection counts until it has got one, or none. */
  call(request: OutgoingRequest, limits: CallLimits): ProviderCall {
    if (this.#running >= this.#maxConcurrent) throw tooBusy(this.#maxConcurrent);
    const call = new Call(limits, this.#released);
    const headers = [...this.#headers];
    for (const name in request.headers) headers.push(name, request.headers[name] as string);
    if (request.headers["user-agent"] === undefined) headers.push("user-agent", USER_AGENT);
    this.#running += 1;
    // Never sent twice: undici takes a POST for not repeatable, and fails it when its connection breaks.
    this.#pool.dispatch({ method: "POST", path: this.#origin + request.path, headers, body: request.body }, call);
    return call;
  }

  /** Resolves when the last running call has ended. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}

function forwarderHeaders(authority: string, { authorization }: HttpProxy): string[] {
  return ["host", authority, ...(authorization === undefined ? [] : ["proxy-authorization", authorization])];
}
