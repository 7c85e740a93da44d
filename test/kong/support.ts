/** Graft as an operator runs it beside Kong: the built CLI behind the stand-in for Kong, on free loopback ports. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { freePort } from "../e2e/support/ports";
import { Program } from "../e2e/support/process";
import { ROOT } from "../e2e/support/stack";
import { until } from "../e2e/support/until";
import type { ConsumerConfig, DeclarativeConfig, PluginConfig, RouteConfig } from "./declarative";
import { FakeKong, type KongOptions } from "./kong";
import type { PluginServer } from "./plugin-servers";
import { accepts } from "./stock-server";

const CLI = join(ROOT, "dist/cli/main.js");

export interface KongStackOptions extends Partial<Pick<KongOptions, "workers" | "cut" | "rpcDeadlineMs" | "unset">> {
  /** graft.yaml without `version` and `admin`; absent = Graft starts without one. */
  readonly config?: string;
  /** kong.yml, or what it says; default: everything goes to the policy `default`. */
  readonly kong?: DeclarativeConfig | string;
  /** Of Graft. */
  readonly env?: NodeJS.ProcessEnv;
  /** Of Kong: where vault references look. */
  readonly kongEnv?: NodeJS.ProcessEnv;
  /** Where `graft.yaml` goes; removed in the end. */
  readonly directory?: string;
  /** More words on Graft's command line. */
  readonly serveArgs?: readonly string[];
}

export class KongStack {
  readonly directory: string;
  readonly configPath: string;
  readonly socketPath: string;
  /** Every process there was, the running one last. */
  readonly processors: Program[] = [];
  readonly adminUrls: string[] = [];
  url = "";
  kong!: FakeKong;
  readonly #options: KongStackOptions;
  #adminPort = 0;

  constructor(options: KongStackOptions) {
    this.#options = options;
    this.directory = options.directory ?? KongStack.newDirectory();
    this.configPath = join(this.directory, "graft.yaml");
    this.socketPath = join(this.directory, "graft.sock");
  }

  /** A new directory, for tests that put files beside `graft.yaml` before they start. */
  static newDirectory(): string {
    return mkdtempSync(join(tmpdir(), "graft-kong-"));
  }

  static async start(options: KongStackOptions): Promise<KongStack> {
    const stack = new KongStack(options);
    stack.#adminPort = await freePort();
    if (options.config !== undefined) stack.writeConfig(options.config);
    try {
      await stack.startProcessor();
      const { workers, cut, rpcDeadlineMs = 10_000, unset, kongEnv = {} } = options;
      stack.kong = await FakeKong.start({
        ...(workers !== undefined && { workers }),
        ...(cut !== undefined && { cut }),
        ...(unset !== undefined && { unset }),
        rpcDeadlineMs,
        env: kongEnv,
        config: declaration(options.kong ?? llm([{ name: "graft", config: { policy: "default" } }])),
        pluginServers: (["graft", "graft-log"] as const).map((name) => pluginServer(stack.socketPath, name)),
      });
      stack.url = stack.kong.url;
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  /** The process that runs now. */
  get processor(): Program {
    const last = this.processors.at(-1);
    if (last === undefined) throw new Error("Graft was not started");
    return last;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.#adminPort}`;
  }

  writeConfig(config: string): void {
    writeFileSync(this.configPath, `version: 1\n${config}\n`);
  }

  async startProcessor(): Promise<Program> {
    const { config, serveArgs = [], env } = this.#options;
    const file = config === undefined ? [] : ["--config", this.configPath];
    const admin = ["--admin", `127.0.0.1:${this.#adminPort}`];
    const args = [CLI, "kong", "serve", "--socket", this.socketPath, ...file, ...admin, ...serveArgs];
    const program = new Program("graft kong serve", process.execPath, args, { TMPDIR: this.directory, ...env });
    this.processors.push(program);
    this.adminUrls[0] = this.adminUrl;
    await program.until("plugin server", () => accepts(this.socketPath));
    return program;
  }

  /** Ends the process at once; Kong is not told. */
  async kill(): Promise<void> {
    await this.processor.stop("SIGKILL");
  }

  async restart(): Promise<Program> {
    await this.kill();
    return await this.startProcessor();
  }

  /** A new kong.yml, as `POST /config` would load it. */
  async reconfigure(kong: DeclarativeConfig | string): Promise<void> {
    await this.kong.reconfigure(declaration(kong));
  }

  /** Exchange records of all processes. */
  get records(): Record<string, unknown>[] {
    return this.processors.flatMap((program) => program.lines.filter((line) => line["msg"] === "exchange"));
  }

  /** The record of the call with this `x-request-id`, once it is written. */
  record(requestId: unknown): Promise<Record<string, unknown>> {
    return until(`record of ${String(requestId)}`, () => this.records.find((record) => record["request_id"] === requestId));
  }

  /** Everything the processes had to complain about so far. Lines are written a tenth of a second late at most. */
  async errorLines(): Promise<Record<string, unknown>[]> {
    await new Promise((resolve) => setTimeout(resolve, 250));
    return this.processors.flatMap((program) => program.lines.filter((line) => line["level"] === "error"));
  }

  async stop(): Promise<void> {
    await this.kong?.stop();
    await Promise.all(this.processors.map((program) => program.stop("SIGKILL")));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A kong.yml as Graft's documentation writes it: one streaming route with these plugins, and a service that nobody serves. */
export function llm(
  plugins: readonly PluginConfig[],
  { consumers = [], route = {} }: { readonly consumers?: readonly ConsumerConfig[]; readonly route?: Partial<RouteConfig> } = {},
): DeclarativeConfig {
  const streaming = { strip_path: false, request_buffering: false, response_buffering: false };
  return {
    services: [
      {
        name: "llm",
        url: "http://127.0.0.1:9",
        retries: 0,
        read_timeout: 600_000,
        write_timeout: 600_000,
        routes: [{ name: "all", paths: ["/"], ...streaming, plugins, ...route }],
      },
    ],
    consumers,
  };
}

function declaration(kong: DeclarativeConfig | string): DeclarativeConfig {
  return typeof kong === "string" ? (parse(kong) as DeclarativeConfig) : kong;
}

/** What the query commands of kong/README.md print; it is what `graft kong info` prints (test/kong/plugin-info.test.ts). */
const DUMPS = { graft: "plugin-info.json", "graft-log": "plugin-info-log.json" };

function pluginServer(socket: string, name: keyof typeof DUMPS): PluginServer {
  return { socket, dump: readFileSync(join(ROOT, "kong", DUMPS[name]), "utf8") };
}
