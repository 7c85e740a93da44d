import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { RUN_TYPESCRIPT } from "./sqlite";

export interface WriterProcess {
  /** Resolves when it has said so many lines. */
  said(lines: number): Promise<void>;
  kill(): void;
  /** Resolves at its end. @throws what it complained about */
  ended(): Promise<void>;
}

/** Runs write-usage.ts. */
export function startWriter(kind: "sqlite" | "postgres", location: string, name: string, count: number): WriterProcess {
  const args = [...RUN_TYPESCRIPT, join(__dirname, "write-usage.ts"), kind, location, name, String(count)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit");
  let complaint = "";
  child.stderr?.on("data", (text: Buffer) => {
    complaint += text.toString();
  });
  let lines = 0;
  let waiting: { readonly lines: number; readonly resolve: () => void } | undefined;
  if (child.stdout !== null) {
    createInterface(child.stdout).on("line", () => {
      lines += 1;
      if (waiting !== undefined && lines >= waiting.lines) waiting.resolve();
    });
  }
  const over = exit.then(() => {
    throw new Error(`ended early: ${complaint}`);
  });
  over.catch(() => undefined);
  return {
    said: (wanted) => {
      const reached = new Promise<void>((resolve) => {
        waiting = { lines: wanted, resolve };
        if (lines >= wanted) resolve();
      });
      return Promise.race([reached, over]);
    },
    kill: () => void child.kill("SIGKILL"),
    ended: async () => {
      const [code, signal] = await exit;
      if (code !== 0 && signal !== "SIGKILL") throw new Error(complaint);
    },
  };
}
