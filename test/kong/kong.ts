/**
 * A stand-in for Kong 3.9 in DB-less mode: its HTTP front, its plugin runner and its end of the plugin server protocol, as far as
 * external plugins and their upstreams can tell. No network but loopback, no TLS, HTTP/1.1 only.
 */
import { randomBytes } from "node:crypto";
import { type Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { Cut } from "./cut";
import type { DeclarativeConfig } from "./declarative";
import { Exit, errorAnswer, exit } from "./exit";
import { type BoundPlugin, type BoundRoute, type LoadedConfig, loadConfig } from "./loaded-config";
import type { Phase } from "./pdk/method";
import { type PluginServer, pluginOf } from "./plugin-servers";
import { newPool, proxy } from "./proxy";
import { RequestContext } from "./request-context";
import { route } from "./router";
import { RpcClient } from "./rpc-client";
import { sendExit } from "./send-exit";
import { Worker } from "./worker";

export interface KongOptions {
  readonly config: DeclarativeConfig;
  readonly pluginServers: readonly PluginServer[];
  /** nginx workers, default 1. Connections go round. */
  readonly workers?: number;
  readonly port?: number;
  /** How frames to plugin servers are cut. */
  readonly cut?: Cut;
  /** Of each RPC, default 60 s. */
  readonly rpcDeadlineMs?: number;
  /** What `{vault://env/…}` in plugin configurations refers to. */
  readonly env?: NodeJS.ProcessEnv;
  /** How plugin servers see fields nobody set, default `null`. */
  readonly unset?: "null" | "absent";
}

/** One request that is over, its log phase included. */
export interface Served {
  readonly requestId: string;
  readonly route: string;
  /** What the client got; 499 = it did not wait. */
  readonly status: number;
  readonly worker: number;
  /** PDK methods, in order. */
  readonly pdkCalls: readonly string[];
  /** Remote calls of all phases. */
  readonly rpcs: number;
  readonly tries: number;
}

export interface ErrorLine {
  readonly level: string;
  readonly message: string;
}

/** How many requests and error lines are kept. */
const KEPT = 10_000;

interface Running {
  readonly worker: Worker;
  readonly index: number;
  /** By socket: one pool in each worker. */
  readonly rpcs: ReadonlyMap<string, RpcClient>;
  config: LoadedConfig;
}

export class FakeKong {
  readonly url: string;
  readonly port: number;
  readonly served: Served[] = [];
  readonly errorLog: ErrorLine[] = [];
  readonly #options: KongOptions;
  readonly #server: Server;
  readonly #workers: Running[] = [];
  readonly #workerOf = new WeakMap<Socket, Running>();
  readonly #pool: Agent = newPool();
  readonly #counters = new Map<string, number>();
  readonly #unfinished = new Set<Promise<void>>();
  #connections = 0;
  #lastSeq = 0;

  static async start(options: KongOptions): Promise<FakeKong> {
    // Like nginx: 75 s for the next request, 60 s for its headers, any time for its body.
    const server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 32_768 });
    // nginx bounds their bytes only.
    server.maxHeadersCount = 0;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    try {
      return new FakeKong(options, server);
    } catch (error) {
      server.close();
      throw error;
    }
  }

  private constructor(options: KongOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    const { cut, rpcDeadlineMs } = options;
    const rpcOptions = { ...(cut && { cut }), ...(rpcDeadlineMs !== undefined && { deadlineMs: rpcDeadlineMs }) };
    for (let index = 0; index < (options.workers ?? 1); index += 1) {
      const sockets = new Set(options.pluginServers.map(({ socket }) => socket));
      const rpcs = new Map([...sockets].map((socket) => [socket, new RpcClient(socket, rpcOptions)]));
      const worker = new Worker({
        log: (level, message) => this.#log(level, message),
        resetInstances: (name) => {
          for (const other of this.#workers) other.worker.forgetInstances(name);
        },
      });
      this.#workers.push({ worker, index, rpcs, config: this.#load(options.config, rpcs) });
    }
    server.on("connection", (socket: Socket) => {
      const worker = this.#workers[this.#connections++ % this.#workers.length];
      if (worker !== undefined) this.#workerOf.set(socket, worker);
    });
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const running = this.#workerOf.get(request.socket);
      if (running !== undefined) void this.#serve(running, request, response);
    });
  }

  /** A new kong.yml: every worker takes it in a turn of its own; requests under way keep what they began with. */
  async reconfigure(config: DeclarativeConfig): Promise<void> {
    const loaded = this.#workers.map((running) => ({ running, config: this.#load(config, running.rpcs) }));
    for (const { running, config: next } of loaded) {
      running.config = next;
      await turn();
    }
  }

  /** Remote calls of all workers so far. */
  get rpcs(): number {
    return this.#clients().reduce((sum, rpc) => sum + rpc.calls, 0);
  }

  /** Open connections to plugin servers. */
  get rpcConnections(): number {
    return this.#clients().reduce((sum, rpc) => sum + rpc.connections, 0);
  }

  /** Open sockets to upstreams, idle ones included. */
  get upstreamSockets(): number {
    const count = (sockets: NodeJS.ReadOnlyDict<Socket[]>): number =>
      Object.values(sockets).reduce((sum, list) => sum + (list?.length ?? 0), 0);
    return count(this.#pool.sockets) + count(this.#pool.freeSockets);
  }

  /** Resolves once all requests so far, log phases included, are over. */
  async settled(): Promise<void> {
    while (this.#unfinished.size > 0) await Promise.all(this.#unfinished);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    for (const rpc of this.#clients()) rpc.close();
    this.#pool.destroy();
    await closed;
    await this.settled();
  }

  #clients(): RpcClient[] {
    return this.#workers.flatMap(({ rpcs }) => [...rpcs.values()]);
  }

  #load(config: DeclarativeConfig, rpcs: ReadonlyMap<string, RpcClient>): LoadedConfig {
    const external = this.#options.pluginServers.flatMap((server) => {
      const rpc = rpcs.get(server.socket);
      return rpc === undefined ? [] : [{ info: pluginOf(server), rpc }];
    });
    const { env = {}, unset = "null" } = this.#options;
    return loadConfig(config, { external, env, unset, nextSeq: () => ++this.#lastSeq });
  }

  #log(level: string, message: string): void {
    this.errorLog.push({ level, message });
    if (this.errorLog.length > KEPT) this.errorLog.shift();
  }

  #serve(running: Running, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = this.#handle(running, incoming, response).catch((error: unknown) => {
      // A fault of this stand-in, not of what is tested: nothing may hide it.
      console.error(error);
      response.destroy();
    });
    this.#unfinished.add(work);
    return work.finally(() => this.#unfinished.delete(work));
  }

  async #handle(running: Running, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { config } = running;
    const routed = route(config.routes, incoming.url?.split("?", 1)[0] ?? "/");
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    if (routed === undefined) {
      const id = randomBytes(16).toString("hex");
      const headers = { "X-Kong-Request-Id": id };
      sendExit(undefined, errorAnswer(404, id, "no Route matched with those values", headers), response);
      return;
    }
    const { target, upstreamPath, prefix } = routed;
    const request = new RequestContext({ incoming, route: target.route, service: target.service, upstreamPath, prefix });
    try {
      await this.#access(running, config, target, request);
      await proxy(request, response, this.#pool);
    } catch (error) {
      if (error instanceof Exit) sendExit(request, error, response);
      // A client that left in the middle of its body.
      else if (!response.destroyed) throw error;
    }
    await closed;
    if (!response.writableFinished) request.status = 499;
    request.end();
    await turn();
    for (const plugin of target.plugins) await this.#run(running, config, plugin, "log", request);
    this.served.push({
      requestId: request.requestId,
      route: target.route.name,
      status: request.status,
      worker: running.index,
      pdkCalls: request.pdkCalls,
      rpcs: request.rpcs,
      tries: request.tries.length,
    });
    if (this.served.length > KEPT) this.served.shift();
  }

  /** @throws Exit: a plugin's own, or 500 where one broke Kong's rules */
  async #access(running: Running, config: LoadedConfig, target: BoundRoute, request: RequestContext): Promise<void> {
    for (const plugin of target.plugins) {
      const fault = await this.#run(running, config, plugin, "access", request);
      if (fault !== undefined) throw exit(500, { message: "An unexpected error occurred" });
    }
  }

  /** Runs a phase of a plugin that has it. An error in Kong's own code comes back; it ends the phase, and nobody tells the plugin. */
  async #run(
    { worker }: Running,
    { consumers }: LoadedConfig,
    bound: BoundPlugin,
    phase: Phase,
    request: RequestContext,
  ): Promise<Error | undefined> {
    if (!bound.phases.includes(phase)) return undefined;
    try {
      if (bound.kind === "external") await worker.handleEvent(bound.plugin, phase, request);
      else await bound.plugin.access(bound.config, request, { consumers, counters: this.#counters });
      return undefined;
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Exit) throw error;
      this.#log("err", `[${bound.name}] ${error.message}`);
      return error;
    }
  }
}
