/** The stand-in for Kong in front of the stock plugin server, whose plugin does what a request says; and an upstream that tells. */
import { join } from "node:path";
import { call, type RawOptions, type Seen } from "../upstream/raw-client";
import type { DeclarativeConfig, PluginConfig, RouteConfig } from "./declarative";
import { type Echoed, EchoUpstream } from "./echo-upstream";
import { FakeKong, type KongOptions } from "./kong";
import { bytesOf, textOf } from "./lua/values";
import { StockServer } from "./stock-server";

/** [method below `kong`, ...arguments] */
export type Step = readonly [method: string, ...args: readonly unknown[]];

export interface Probed {
  readonly seen: Seen;
  /** What the steps returned. */
  readonly results: readonly unknown[];
  /** What arrived upstream, when something did. */
  readonly upstream: Echoed;
}

export const UNDEFINED = { undefined: true };

export class Probe {
  readonly server: StockServer;
  readonly upstream: EchoUpstream;
  kong!: FakeKong;

  constructor(server: StockServer, upstream: EchoUpstream) {
    this.server = server;
    this.upstream = upstream;
  }

  static async start(options: Partial<KongOptions> = {}): Promise<Probe> {
    const probe = new Probe(await StockServer.start(join(__dirname, "fixtures")), await EchoUpstream.start());
    try {
      await probe.restartKong(options);
    } catch (error) {
      await probe.stop();
      throw error;
    }
    return probe;
  }

  /** A Kong that knows nothing of the one before. */
  async restartKong(options: Partial<KongOptions> = {}): Promise<void> {
    await this.kong?.stop();
    const pluginServers = [this.server.dump("probe"), this.server.dump("probe-log")];
    this.kong = await FakeKong.start({ config: this.config(), pluginServers, rpcDeadlineMs: 10_000, ...options });
  }

  /** One service and route, with these plugins besides (or instead of) a plain probe. */
  config(plugins: readonly PluginConfig[] = [{ name: "probe" }], route: Partial<RouteConfig> = {}): DeclarativeConfig {
    const buffering = { request_buffering: false, response_buffering: false };
    return {
      services: [
        {
          name: "echo",
          url: this.upstream.url,
          routes: [{ name: "all", paths: ["/"], strip_path: false, ...buffering, plugins, ...route }],
        },
      ],
      consumers: [
        {
          username: "alice",
          custom_id: "a-1",
          tags: ["vip"],
          keyauth_credentials: [{ key: "alice-key" }],
          acls: [{ group: "gold" }, { group: "team-a" }],
        },
        { username: "bøb", keyauth_credentials: [{ key: "bob-key" }] },
        { username: "anybody" },
      ],
    };
  }

  async run(
    steps: readonly Step[],
    { path = "/", headers = {}, ...options }: RawOptions & { readonly path?: string } = {},
  ): Promise<Probed> {
    const seen = await call(this.kong.url + path, {
      ...options,
      headers: { "x-probe": bytesOf(JSON.stringify(steps)), ...headers },
    });
    const upstream = (seen.headers["content-type"] === "application/json" ? JSON.parse(seen.body.toString()) : {}) as Echoed;
    const text = upstream.headers?.["x-probe-results"];
    return { seen, upstream, results: text === undefined ? [] : JSON.parse(textOf(text)) };
  }

  async stop(): Promise<void> {
    await this.kong?.stop();
    await this.upstream.stop();
    await this.server.stop();
  }
}
