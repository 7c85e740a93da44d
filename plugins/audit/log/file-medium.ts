/** Lines in files that only grow; a new one is begun when one is full. */
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { fileName } from "../chain/names";
import { type Disk, makeDirectory, PRIVATE_FILE, syncDirectory } from "./disk";
import type { Medium } from "./medium";

export interface FileMediumOptions {
  readonly directory: string;
  readonly writer: string;
  /** A file that has grown so large gets no more lines. */
  readonly rotateBytes: number;
  readonly disk: Disk;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
  readonly inode: number;
  readonly device: number;
  bytes: number;
}

export class FileMedium implements Medium {
  readonly #options: FileMediumOptions;
  #file: OpenFile | undefined;
  #number = 0;

  constructor(options: FileMediumOptions) {
    this.#options = options;
  }

  begins(): { readonly file: number } | undefined {
    const full = this.#file === undefined || this.#file.bytes >= this.#options.rotateBytes;
    return full ? { file: this.#number + 1 } : undefined;
  }

  async append(lines: readonly string[]): Promise<void> {
    const isNew = this.begins() !== undefined;
    const file = isNew ? await this.#next() : this.#file;
    if (file === undefined) throw new Error("no file is open");
    const bytes = Buffer.from(lines.join(""));
    await file.handle.appendFile(bytes);
    await file.handle.datasync();
    file.bytes += bytes.length;
    if (isNew) await syncDirectory(this.#options.disk, this.#options.directory);
    // Writing to a file that was deleted or moved away succeeds as well.
    const { ino, dev } = await this.#options.disk.stat(file.path);
    if (ino !== file.inode || dev !== file.device) throw new Error("the file was replaced");
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async discard(): Promise<boolean> {
    const path = this.#file?.path;
    await this.close();
    if (path !== undefined) await this.#options.disk.unlink(path);
    return true;
  }

  async #next(): Promise<OpenFile> {
    const { disk, directory, writer } = this.#options;
    await this.#file?.handle.close();
    this.#file = undefined;
    await makeDirectory(disk, directory);
    this.#number += 1;
    const path = join(directory, fileName(writer, this.#number));
    // Never one that is there already, be it a link.
    const handle = await disk.open(path, "ax", PRIVATE_FILE);
    try {
      const { ino: inode, dev: device } = await handle.stat();
      this.#file = { handle, path, inode, device, bytes: 0 };
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
    return this.#file;
  }
}
