/** Ports for processes that want to be told theirs. */
import { createServer } from "node:net";

/**
 * Below the ports that the system gives to connections (from 32768 on Linux), or one of those could take a port between our look and
 * its use; and for each of jest's workers another stretch.
 */
const FIRST = 20_000;
const EACH = 4_000;
const WORKER = Number(process.env["JEST_WORKER_ID"] ?? 1) - 1;
const BASE = FIRST + (WORKER % 3) * EACH;

let next = Math.floor(Math.random() * EACH);

/** One that nobody listens on, and that is not given out again soon. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < EACH; tries += 1) {
    const port = BASE + next;
    next = (next + 1) % EACH;
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
