import { chmodSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname, join } from "node:path";

/** What the operating system takes, less the end mark: `sun_path`. */
const MAX_PATH_BYTES = 107;

/**
 * Binds under another name and moves it into place: nobody can connect before the permissions are set, a stale file is
 * replaced in one step, and the runtime, which removes the name it bound, cannot remove a successor's socket. Answers
 * how to take the socket away again.
 */
export async function listenOnUnixSocket(server: Server, path: string, mode: number): Promise<() => void> {
  const temporary = join(dirname(path), `.graft-${process.pid}-${nextNumber++}`);
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(temporary));
  if (longest > MAX_PATH_BYTES)
    throw new Error(`cannot listen on "${path}": at most ${MAX_PATH_BYTES} bytes fit a socket's path`);
  await refuseIfTaken(path);
  rmSync(temporary, { force: true });
  await listening(server, temporary);
  try {
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    server.close();
    throw error;
  }
  const ours = statSync(path).ino;
  return () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ours) rmSync(path, { force: true });
  };
}

let nextNumber = 0;

async function refuseIfTaken(path: string): Promise<void> {
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (existing === undefined) return;
  if (!existing.isSocket()) throw new Error(`cannot listen on "${path}": it exists and is not a socket`);
  if (await answers(path)) throw new Error(`cannot listen on "${path}": another process does`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
      else reject(error);
    });
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Until the permissions are set: the runtime creates the file with what the umask allows.
    const before = process.umask(0o177);
    try {
      server.once("error", reject);
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}
