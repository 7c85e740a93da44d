/** Unix sockets that gateways connect to. */
import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";

/** What fits into `sun_path` less its end mark. A longer path would be cut off silently. */
const MAX_PATH_BYTES = process.platform === "darwin" ? 103 : 107;

export interface SocketOptions {
  /** File permissions, e.g. 0o660. */
  readonly mode: number;
  /** Replaces the socket of a process that still answers, which keeps the connections it has. */
  readonly takeOver?: boolean;
}

/**
 * Binds under another name and moves it into place: nobody can connect before the permissions are set, there is no moment
 * without a socket when one is replaced, and the runtime, which removes the name it bound, cannot remove a successor's.
 * @param bind makes the socket before it returns, and resolves when it is listened on; its server is the caller's to close
 * @returns how to take the socket away again, if it is still ours
 * @throws Error that names the path and says why it cannot be used
 */
export async function placeUnixSocket(
  path: string,
  options: SocketOptions,
  bind: (path: string) => Promise<void>,
): Promise<() => void> {
  try {
    return await claim(path, options, bind);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot listen on "${path}": ${why}`, { cause: error });
  }
}

async function claim(
  path: string,
  { mode, takeOver = false }: SocketOptions,
  bind: (path: string) => Promise<void>,
): Promise<() => void> {
  // A leading NUL names an abstract socket, which has no permissions.
  if (path === "" || path.includes("\0")) throw new Error("it is not a path");
  const folder = dirname(path);
  const temporary = join(folder, `.${randomBytes(3).toString("hex")}`);
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(temporary)) > MAX_PATH_BYTES) {
    throw new Error(`at most ${MAX_PATH_BYTES} bytes fit a socket's path`);
  }
  // The runtime reports a missing folder as one without permission.
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`there is no directory "${folder}"`);
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (existing && !existing.isSocket()) throw new Error("it exists and is not a socket");
  if (existing && !takeOver && (await answers(path))) throw new Error("another process does");

  await withUmask(0o777 & ~mode, () => bind(temporary));
  const ours = lstatSync(temporary);
  // Exact also where an access list of the folder overrides the umask.
  chmodSync(temporary, mode);
  renameSync(temporary, path);
  return () => {
    const now = lstatSync(path, { throwIfNoEntry: false });
    if (now?.ino === ours.ino && now.dev === ours.dev) rmSync(path, { force: true });
  };
}

/** @throws Error when it cannot be told, e.g. for lack of permission: then nothing is replaced */
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

/** The runtime creates the file, within this call, with what the umask allows. */
function withUmask<T>(mask: number, make: () => T): T {
  const before = process.umask(mask);
  try {
    return make();
  } finally {
    process.umask(before);
  }
}

/** `0660` or `660`. @throws Error for anything else */
export function parseSocketMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new Error(`"${text}" is not a file mode: write it as in 0660`);
  return Number.parseInt(text, 8);
}
