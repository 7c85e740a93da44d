/** What runs in the worker thread: loads token lists on demand, counts texts one request after the other. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { EncodingName } from "./encodings";
import { loadTables, type Tables } from "./load-tables";
import { Tokenizer } from "./tokenizer";

/** To the thread. No texts = only load. */
export interface CountOrder {
  readonly encoding: EncodingName;
  readonly texts: readonly string[];
}

/** From the thread: tables as soon as they are there, and one list of counts for each order. */
export type CountReport = { readonly tables: Tables } | { readonly counts: readonly number[] };

/** What a thread is started with: tables that one before it had loaded. */
export interface ThreadData {
  readonly tables: readonly Tables[];
}

function serve(port: NonNullable<typeof parentPort>, { tables }: ThreadData): void {
  const tokenizers = new Map(tables.map((known) => [known.encoding, new Tokenizer(known)]));
  const report = (message: CountReport): void => port.postMessage(message);
  port.on("message", ({ encoding, texts }: CountOrder) => {
    let tokenizer = tokenizers.get(encoding);
    if (tokenizer === undefined) {
      const loaded = loadTables(encoding);
      tokenizer = new Tokenizer(loaded);
      tokenizers.set(encoding, tokenizer);
      report({ tables: loaded });
    }
    const counts: number[] = [];
    for (const text of texts) counts.push(tokenizer.count(text));
    report({ counts });
  });
}

if (!isMainThread && parentPort !== null) serve(parentPort, workerData as ThreadData);
