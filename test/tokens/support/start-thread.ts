/** The worker thread from TypeScript sources: threads know nothing of jest's transforms. */
import path from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { ThreadData } from "../../../plugins/tokens/count-thread";

const COMPILE = `
const { readFileSync } = require("node:fs");
const { transformSync } = require("@swc/core");
require.extensions[".ts"] = (module, filename) => {
  const options = { filename, jsc: { parser: { syntax: "typescript" }, target: "es2023" }, module: { type: "commonjs" } };
  module._compile(transformSync(readFileSync(filename, "utf8"), options).code, filename);
};
`;

const THREAD = path.resolve(__dirname, "../../../plugins/tokens/count-thread.ts");

export function startThread(workerData: ThreadData): Worker {
  return new Worker(`${COMPILE}require(${JSON.stringify(THREAD)});`, { eval: true, workerData });
}

/** A thread that does what it is told to do wrong, once it gets an order. */
export function startBadThread(script: string, options: WorkerOptions = {}): (data: ThreadData) => Worker {
  const source = `require("node:worker_threads").parentPort.on("message", () => { ${script} });`;
  return () => new Worker(source, { ...options, eval: true });
}
