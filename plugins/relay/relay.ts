/** The server: takes requests from the gateway in front of it, and from nobody else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GraftError } from "../core/errors";
import type { ClientInfo } from "../core/exchange";
import type { Reply } from "../core/pipeline";
import type { HeaderMap } from "../core/provider";
import { Gateway } from "../gateway";
import type { Runtime } from "../runtime";
import { RelayedExchange } from "./relayed-exchange";
import { Upstream } from "./upstream";
// Not only with the first request.
import "./upstream/connections";

export interface Admission {
  /** The configuration this request runs under, to its end. */
  readonly gateway: Gateway;
  readonly policy: string;
  readonly client: ClientInfo;
}

export interface RelayOptions {
  readonly runtime: Runtime;
  /** Names the proxies to providers, if any. */
  readonly env: NodeJS.ProcessEnv;
  /** For the gateway in front, with every stream. */
  readonly streamHeaders?: HeaderMap;
  /** For the log, when requests are refused: what is likely to be wrong. */
  readonly refusedHint: string;
  /** Who calls, and under which policy. A reply = the host's own business (health checks); `undefined` = refused with 403. */
  admit(request: IncomingMessage): Admission | Reply | undefined;
}

/** Gateways send more header bytes than Node's default takes: Kong up to 32 KiB, Envoy 60 KiB. */
const MAX_HEADER_BYTES = 128 * 1024;
const NO_HEADERS: HeaderMap = {};
/** For a whole request, so that clients that drip theirs do not hold the places of others. Ten megabytes at a phone's worst. */
const RECEIVE_MS = 300_000;
/** Of complaints about refused requests. */
const COMPLAIN_EVERY_MS = 60_000;
/** Between looks for exchanges that have ended, while draining. */
const DRAIN_LOOK_MS = 50;

export class Relay {
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #upstream: Upstream;
  /** Requests being answered now. */
  readonly #running = new Set<ServerResponse>();
  #draining = false;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#upstream = new Upstream({ env: options.env });
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => this.#handle(request, response));
    // The gateway ends idle connections. If we did, requests it has just put on one would be lost.
    this.#server.keepAliveTimeout = 0;
    this.#server.timeout = 0;
    this.#server.requestTimeout = RECEIVE_MS;
    // Node counts the time before a new connection's first request as well.
    this.#server.headersTimeout = 0;
    // Beyond a number of them Node drops headers in silence, and the gateway's own come last. Their bytes are bounded.
    this.#server.maxHeadersCount = 0;
  }

  /** @throws Error when the address cannot be listened on */
  listen(address: { readonly host: string; readonly port: number } | { readonly path: string }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(address, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#options.runtime.logger.warn({ cause: String(error) }, "relay server failed"));
        resolve();
      });
    });
  }

  /** 0 while it does not listen, and on a unix socket. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Requests being answered now. */
  get running(): number {
    return this.#running.size;
  }

  /** Stops accepting, lets running exchanges end; returns how many were cut. Once. */
  async drain(timeoutMs: number): Promise<number> {
    this.#draining = true;
    this.#server.close();
    for (const response of this.#running) leaveAfter(response);
    const until = performance.now() + timeoutMs;
    while (this.running > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    const cut = this.running;
    this.#server.closeAllConnections();
    await this.#upstream.close();
    return cut;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    // Sent before its predecessor was answered, as no gateway does. Node would not tell us when its client is gone.
    if (response.socket === null) {
      request.socket.destroy();
      return;
    }
    this.#running.add(response);
    response.on("close", () => this.#running.delete(response));
    if (this.#draining) leaveAfter(response);
    // A client that is gone shows in `close`; an error without a listener would end the process.
    request.on("error", ignore);
    response.on("error", ignore);
    try {
      this.#open(request, response);
    } catch (thrown) {
      this.#options.runtime.logger.error({ cause: thrown instanceof Error ? thrown.stack : String(thrown) }, "relay failed");
      const { headers, body } = Gateway.fallbackDialect.encodeError(new GraftError("internal", "The gateway failed."));
      sendReply(request, response, { status: 500, headers, body: Buffer.from(body) });
    }
  }

  #open(request: IncomingMessage, response: ServerResponse): void {
    const admission = this.#options.admit(request);
    if (admission === undefined) {
      this.#complain();
      sendReply(request, response, refusal());
      return;
    }
    if ("status" in admission) {
      sendReply(request, response, admission);
      return;
    }
    const { gateway, policy, client } = admission;
    const opened = gateway.open(policy, client);
    if (opened.kind === "reply") {
      sendReply(request, response, opened.reply);
      return;
    }
    void new RelayedExchange({
      runtime: this.#options.runtime,
      upstream: this.#upstream,
      gateway,
      pipeline: opened.pipeline,
      request,
      response,
      streamHeaders: this.#options.streamHeaders ?? NO_HEADERS,
    }).run();
  }

  #complain(): void {
    const { runtime, refusedHint } = this.#options;
    const now = runtime.services.clock.monotonic();
    if (now - this.#complainedAt < COMPLAIN_EVERY_MS) return;
    this.#complainedAt = now;
    runtime.logger.warn(`refused a request without permission to pass: ${refusedHint}`);
  }
}

function refusal(): Reply {
  const error = new GraftError("forbidden", "This address serves its own gateway only.");
  const { headers, body } = Gateway.fallbackDialect.encodeError(error);
  return { status: error.status, headers, body: Buffer.from(body) };
}

function sendReply(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  // What is left of the body is read and forgotten by Node: closing now would reset the connection under the answer.
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Tells the gateway not to use the connection again. */
function leaveAfter(response: ServerResponse): void {
  if (!response.headersSent) response.shouldKeepAlive = false;
}

function ignore(): void {}
