/** What the log needs of a file system; tests count its calls and make it fail. */
import type * as promises from "node:fs/promises";

export type Disk = Pick<typeof promises, "mkdir" | "open" | "readdir" | "readFile" | "rename" | "stat" | "unlink">;

/** What it names, only this process's user may read. */
export const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

export async function makeDirectory(disk: Disk, path: string): Promise<void> {
  await disk.mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
}

/** A new or renamed file can be lost by a crash until its directory is written too. */
export async function syncDirectory(disk: Disk, path: string): Promise<void> {
  const handle = await disk.open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
