/** One request on its way through Kong: `ngx.ctx`, `ngx.var` and the request's own headers in one place. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Consumer, Credential, Route, Service } from "./entities";
import { HeaderList } from "./header-list";
import type { Lua } from "./lua/values";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** One try at an upstream, as log plugins see it. */
export interface Try {
  readonly ip: string;
  readonly port: number;
  readonly balancer_start: number;
  state?: "failed";
  code?: number;
}

export class RequestContext {
  readonly requestId = randomBytes(16).toString("hex");
  readonly startedAt = Date.now();
  readonly startedTick = performance.now();
  readonly incoming: IncomingMessage;
  readonly route: Route;
  readonly service: Service;
  readonly clientIp: string;
  /** The request's headers; what is left of them in the end goes upstream. */
  readonly headers: HeaderList;
  /** Set on the answer, whoever makes it. */
  readonly responseHeaders = new HeaderList();
  readonly shared = new Map<string, Lua>();
  readonly ngxCtx = new Map<string, Lua>();
  readonly serializeValues = new Map<string, Lua>();
  method: string;
  scheme: string;
  /** `ngx.var.args`, without `?`. */
  query: string;
  upstreamPath: string;
  readonly prefix: string | undefined;
  upstreamHost: string | undefined;
  target: Target;
  retries: number;
  readTimeout: number;
  connectTimeout: number;
  consumer: Consumer | undefined;
  credential: Credential | undefined;
  /** Once a plugin or a buffering route has read it. */
  body: Buffer | undefined;
  readonly tries: Try[] = [];
  /** Milliseconds, once known. */
  proxyLatency: number | undefined;
  waitingTime: number | undefined;
  /** PDK methods that external plugins called, in order. */
  readonly pdkCalls: string[] = [];
  /** RPCs, PDK calls included. */
  rpcs = 0;
  /** Of the answer, once it has begun. */
  status = 0;
  answerHeaders = new HeaderList();
  answeredBy: "kong" | "upstream" = "kong";
  #endedTick: number | undefined;

  constructor(it: {
    readonly incoming: IncomingMessage;
    readonly route: Route;
    readonly service: Service;
    readonly upstreamPath: string;
    readonly prefix: string | undefined;
  }) {
    this.incoming = it.incoming;
    this.route = it.route;
    this.service = it.service;
    this.upstreamPath = it.upstreamPath;
    this.prefix = it.prefix;
    this.headers = HeaderList.fromRaw(it.incoming.rawHeaders);
    this.clientIp = it.incoming.socket.remoteAddress ?? "";
    this.method = it.incoming.method ?? "GET";
    this.query = queryOf(this.rawUri);
    this.scheme = it.service.protocol;
    this.target = { host: it.service.host, port: it.service.port };
    this.upstreamHost = it.route.preserve_host ? this.headers.get("host") : undefined;
    this.retries = it.service.retries;
    this.readTimeout = it.service.read_timeout;
    this.connectTimeout = it.service.connect_timeout;
  }

  /** As the client sent it. */
  get rawUri(): string {
    return this.incoming.url ?? "/";
  }

  get rawPath(): string {
    return this.rawUri.split("?", 1)[0] ?? "/";
  }

  get upstreamUri(): string {
    const emptyQuery = this.query === "" && !this.rawUri.endsWith("?");
    return emptyQuery ? this.upstreamPath : `${this.upstreamPath}?${this.query}`;
  }

  /** Milliseconds until now, or until the answer's end. */
  get elapsed(): number {
    return Math.round((this.#endedTick ?? performance.now()) - this.startedTick);
  }

  end(): void {
    this.#endedTick ??= performance.now();
  }

  async readBody(): Promise<Buffer> {
    if (this.body === undefined) {
      const pieces: Buffer[] = [];
      for await (const piece of this.incoming as AsyncIterable<Buffer>) pieces.push(piece);
      this.body = Buffer.concat(pieces);
    }
    return this.body;
  }
}

function queryOf(uri: string): string {
  const at = uri.indexOf("?");
  return at === -1 ? "" : uri.slice(at + 1);
}
