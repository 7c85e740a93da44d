import { type ChildProcess, spawn } from "node:child_process";

/** A program under test: its output is kept for assertions and for the failure message. */
export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  #output = "";
  #exited: number | string | undefined;
  readonly exit: Promise<number | string>;

  constructor(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#name = name;
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.exit = new Promise((resolve) => {
      this.#child.once("error", (error) => this.#end(String(error), resolve));
      this.#child.once("exit", (code, signal) => this.#end(code ?? signal ?? "unknown", resolve));
    });
  }

  #end(how: number | string, resolve: (how: number | string) => void): void {
    this.#exited ??= how;
    resolve(how);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#output;
  }

  /** Structured log lines written so far. */
  get lines(): Record<string, unknown>[] {
    return this.#output.split("\n").flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return typeof value === "object" && value !== null ? [value as Record<string, unknown>] : [];
      } catch {
        return [];
      }
    });
  }

  /** Waits until `check` gives a value. @throws with the program's output when it ends first or nothing comes in time */
  async until<T>(what: string, check: () => T | undefined | Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const value = await check();
      if (value !== undefined) return value;
      if (this.#exited !== undefined)
        throw new Error(`${this.#name} ended (${this.#exited}) before ${what}:\n${this.#output.slice(-4000)}`);
      if (Date.now() > deadline) throw new Error(`${this.#name}: no ${what} in ${timeoutMs} ms:\n${this.#output.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exited === undefined) this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM", timeoutMs = 8_000): Promise<void> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal("SIGKILL"), timeoutMs);
    await this.exit;
    clearTimeout(timer);
  }
}
