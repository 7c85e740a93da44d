/** A Graft process seen by V8's own inspector: how much it really holds on to, garbage not counted. */
import { WebSocket } from "undici";
import type { Program } from "../../e2e/support/process";

/** For the process's environment. */
export const INSPECTED = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

/** Live bytes of the heap, after a full collection. @param program started with `INSPECTED` */
export async function liveHeap(program: Program): Promise<number> {
  const url = await program.until("inspector", () => /Debugger listening on (ws:\S+)/.exec(program.output)?.[1]);
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  try {
    // What finalizers let go of in a first collection is free in the second.
    await ask(socket, "HeapProfiler.collectGarbage");
    await ask(socket, "HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize = 0 } = await ask(socket, "Runtime.getHeapUsage");
    return Number(usedSize) + Number(backingStorageSize);
  } finally {
    socket.close();
  }
}

function ask(socket: WebSocket, method: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data)).result), { once: true });
    socket.addEventListener("close", () => reject(new Error("the inspector has gone")), { once: true });
    socket.send(JSON.stringify({ id: 1, method }));
  });
}
