/** What runs in the store's thread: one call after the other, as they came. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { Kept } from "../plan-range";
import type { UsageRecord } from "../record";
import type { UsageQuery, UsageReport } from "../usage-store";
import { UsageDatabase } from "./database";

/** What can be asked of the thread, and the answers. The database is opened by the first call that needs it. */
export interface Calls {
  open(): void;
  add(records: readonly UsageRecord[]): void;
  query(query: UsageQuery): UsageReport;
  prune(kept: Kept): boolean;
  close(): void;
}

export type Call = { readonly [M in keyof Calls]: { readonly method: M; readonly args: Parameters<Calls[M]> } }[keyof Calls];
export type Answer = { readonly value: ReturnType<Calls[keyof Calls]> } | { readonly error: string };

export interface ThreadData {
  readonly path: string;
}

function serve(port: NonNullable<typeof parentPort>, { path }: ThreadData): void {
  let opened: UsageDatabase | undefined;
  const database = (): UsageDatabase => {
    opened ??= new UsageDatabase(path);
    return opened;
  };
  const run = (call: Call): ReturnType<Calls[keyof Calls]> => {
    switch (call.method) {
      case "open":
        return void database();
      case "add":
        return database().add(...call.args);
      case "query":
        return database().query(...call.args);
      case "prune":
        return database().prune(...call.args);
      case "close":
        return opened?.close();
    }
  };
  port.on("message", (call: Call) => {
    let answer: Answer;
    try {
      answer = { value: run(call) };
    } catch (thrown) {
      // The driver's errors hold what cannot be sent.
      answer = { error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
    port.postMessage(answer);
  });
}

if (!isMainThread && parentPort !== null) serve(parentPort, workerData as ThreadData);
