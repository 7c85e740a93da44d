/** Graft as an operator runs it: the built CLI, its generated bootstrap and the real Envoy, on free loopback ports. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Mode } from "../../../envoy/mode";
import { freePort } from "./ports";
import { Program } from "./process";
import { until } from "./until";

export const ROOT = resolve(__dirname, "../../..");
const CLI = join(ROOT, "dist/cli/main.js");
const run = promisify(execFile);

let binary: string | undefined;

export function envoyBinary(): string {
  // Under `npm test` it is known, and was seen to run.
  binary ??= process.env["ENVOY_BIN"];
  binary ??= execFileSync(process.execPath, [join(ROOT, "scripts/ensure-envoy.mjs")], { encoding: "utf8" }).trim();
  return binary;
}

export interface StackOptions {
  /** graft.yaml without `version`, `envoy` and `admin`. */
  readonly config: string;
  /** More members of the `envoy` section, indented by two spaces. */
  readonly envoy?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where `graft.yaml` goes; removed in the end. */
  readonly directory?: string;
  /** How Graft stands behind Envoy; `ext_proc` unless set. */
  readonly mode?: Mode;
  /** Graft processes in the pool. */
  readonly processors?: number;
  /** Where they listen, instead of unix sockets. */
  readonly sockets?: readonly string[];
  /** More words on the command line of each process. */
  readonly serveArgs?: readonly string[];
  /** Last word on the bootstrap, as parsed YAML text. */
  readonly editBootstrap?: (yaml: string) => string;
}

export class Stack {
  readonly directory: string;
  readonly configPath: string;
  readonly bootstrapPath: string;
  readonly processors: Program[] = [];
  readonly adminUrls: string[] = [];
  url = "";
  envoy!: Program;
  #options!: StackOptions;
  #port = 0;

  constructor(directory: string) {
    this.directory = directory;
    this.configPath = join(directory, "graft.yaml");
    this.bootstrapPath = join(directory, "envoy.yaml");
  }

  /** A new directory, for tests that put files beside `graft.yaml` before they start. */
  static newDirectory(): string {
    return mkdtempSync(join(tmpdir(), "graft-e2e-"));
  }

  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options.directory ?? Stack.newDirectory());
    stack.#options = options;
    stack.#port = await freePort();
    stack.url = `http://127.0.0.1:${stack.#port}`;
    stack.writeConfig(options.config);
    try {
      // None of them is left behind when one fails.
      const [printed, ...started] = await Promise.allSettled([
        stack.#printBootstrap(),
        ...Array.from({ length: options.processors ?? 1 }, (_, index) => stack.startProcessor(index)),
      ]);
      for (const it of started) if (it.status === "rejected") throw it.reason;
      if (printed.status === "rejected") throw printed.reason;
      writeFileSync(stack.bootstrapPath, options.editBootstrap?.(printed.value) ?? printed.value);
      stack.envoy = new Program("envoy", envoyBinary(), [
        "-c",
        stack.bootstrapPath,
        "--concurrency",
        "1",
        "--disable-hot-restart",
        "-l",
        "warning",
      ]);
      await stack.envoy.until("listening", () => stack.answers());
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  async #printBootstrap(): Promise<string> {
    const args = [CLI, "envoy-config", "--mode", this.mode, this.configPath];
    return (await run(process.execPath, args, { env: { ...process.env, ...this.#options.env } })).stdout;
  }

  get mode(): Mode {
    return this.#options.mode ?? "ext_proc";
  }

  writeConfig(config: string): void {
    const sockets = Array.from({ length: this.#options.processors ?? 1 }, (_, index) => this.socket(index));
    const envoy = `envoy:\n  listen: 127.0.0.1:${this.#port}\n  sockets: ${JSON.stringify(sockets)}\n${this.#options.envoy ?? ""}`;
    writeFileSync(this.configPath, `version: 1\n${config}\n${envoy}\n`);
  }

  socket(index: number): string {
    return this.#options.sockets?.[index] ?? `unix://${join(this.directory, `p${index}.sock`)}`;
  }

  async startProcessor(index: number): Promise<Program> {
    const port = await freePort();
    const program = new Program(
      `processor ${index}`,
      process.execPath,
      [
        CLI,
        "envoy",
        "serve",
        "--mode",
        this.mode,
        this.configPath,
        "--socket",
        this.socket(index),
        "--admin",
        `127.0.0.1:${port}`,
        ...(this.#options.serveArgs ?? []),
      ],
      // Hand-off sockets of killed processes go with the directory.
      { TMPDIR: this.directory, ...this.#options.env },
    );
    this.processors[index] = program;
    this.adminUrls[index] = `http://127.0.0.1:${port}`;
    await program.until("ready", () => (program.output.includes("serving Envoy") ? true : undefined));
    return program;
  }

  /** Envoy listens and the processor pool is healthy. */
  async answers(): Promise<true | undefined> {
    try {
      const response = await fetch(`${this.url}/v1/models`);
      await response.arrayBuffer();
      return response.status === 503 || response.status === 500 ? undefined : true;
    } catch {
      return undefined;
    }
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
    await Promise.all([this.envoy?.stop("SIGKILL"), ...this.processors.map((program) => program.stop("SIGKILL"))]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
