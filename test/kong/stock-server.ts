/** The stock `kong-js-pluginserver` over a folder of plugins, as its own documentation starts it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../e2e/support/process";
import { ROOT } from "../e2e/support/stack";
import type { PluginServer } from "./plugin-servers";

const BIN = join(ROOT, "node_modules/kong-pdk/bin/kong-js-pluginserver");

/** ts-node comes along with it and need not check types. */
const TS_NODE = { TS_NODE_TRANSPILE_ONLY: "1" };

export class StockServer {
  /** The socket is in it; removed in the end. */
  readonly directory = mkdtempSync(join(tmpdir(), "kong-prefix-"));
  readonly socket = join(this.directory, "js_pluginserver.sock");
  readonly #plugins: string;
  readonly #env: NodeJS.ProcessEnv;
  #dump: string | undefined;
  program!: Program;

  constructor(plugins: string, env: NodeJS.ProcessEnv = {}) {
    this.#plugins = plugins;
    this.#env = { ...TS_NODE, ...env };
  }

  static async start(plugins: string, env: NodeJS.ProcessEnv = {}): Promise<StockServer> {
    const server = new StockServer(plugins, env);
    try {
      await server.restart();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Ends the process, if there is one, and starts another on the same socket. */
  async restart(): Promise<void> {
    await this.program?.stop("SIGKILL");
    this.program = new Program(
      "kong-js-pluginserver",
      process.execPath,
      [BIN, "-p", this.directory, "-d", this.#plugins, "-v"],
      this.#env,
    );
    await this.program.until("listening", () => accepts(this.socket));
  }

  /** What the query command of a plugin server with this one plugin prints. */
  dump(name: string): PluginServer {
    this.#dump ??= execFileSync(process.execPath, [BIN, "-d", this.#plugins, "--dump-all-plugins"], {
      encoding: "utf8",
      env: { ...process.env, ...this.#env },
    });
    const all: unknown = JSON.parse(this.#dump);
    const plugins = Array.isArray(all) ? all.filter((plugin: { readonly Name?: unknown }) => plugin.Name === name) : [];
    return { socket: this.socket, dump: JSON.stringify(plugins) };
  }

  async stop(): Promise<void> {
    await this.program?.stop("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Whether somebody listens on a unix socket. */
export function accepts(path: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(undefined));
  });
}
