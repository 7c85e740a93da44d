import { chmodSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";

/** What the operating system takes, less the end mark: `sun_path`. */
const MAX_PATH_BYTES = 107;

/**
 * Binds under another name and moves it into place: nobody can connect before the permissions are set, a stale file is
 * replaced in one step, and the runtime, which removes the name it bound, cannot remove a successor's socket. Answers
 * how to take the socket away again.
 * @param bind makes the socket before it returns, and resolves when it is listened on; its server is the caller's to close
 */
export async function placeUnixSocket(path: string, mode: number, bind: (path: string) => Promise<void>): Promise<() => void> {
  const temporary = join(dirname(path), `.graft-${process.pid}-${nextNumber++}`);
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(temporary));
  if (longest > MAX_PATH_BYTES)
    throw new Error(`cannot listen on "${path}": at most ${MAX_PATH_BYTES} bytes fit a socket's path`);
  await refuseIfTaken(path);
  rmSync(temporary, { force: true });
  await withPrivateFiles(() => bind(temporary));
  chmodSync(temporary, mode);
  renameSync(temporary, path);
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

/** Until the permissions are set: the runtime creates the file with what the umask allows. */
function withPrivateFiles<T>(make: () => T): T {
  const before = process.umask(0o177);
  try {
    return make();
  } finally {
    process.umask(before);
  }
}
