/** Reads the files of one configuration and remembers what was in them, so that a watcher can tell a change. */

import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { FaultInTemplate } from "./interpolate";

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const MAX_SECRET_BYTES = 256 * 1024;

/** Digest of a file that cannot be read. Digests here and in `digestOf` must agree, or a watcher would see changes for ever. */
export const ABSENT = "";

export class ConfigFiles {
  readonly #digests = new Map<string, string>();

  /** Digest of each file by absolute path, as it was read. */
  get digests(): ReadonlyMap<string, string> {
    return this.#digests;
  }

  /** @throws FaultInTemplate with a message for people */
  async config(path: string): Promise<string> {
    return this.#text(path, path, MAX_CONFIG_BYTES);
  }

  /**
   * `${file:…}`: relative paths start at `root`, and the real path must be below the real root. Line breaks at the end are not
   * part of the value.
   * @throws FaultInTemplate
   */
  async below(root: string, path: string): Promise<string> {
    const wanted = resolve(root, path);
    const [realRoot, real] = await Promise.all([root, wanted].map((it) => realpath(it).catch(() => undefined)));
    const inside = realRoot === undefined || real === undefined ? undefined : relative(realRoot, real);
    if (real === undefined || inside === undefined) {
      await this.note(wanted);
      throw new FaultInTemplate(`file ${wanted} does not exist or is not accessible`);
    }
    if (inside === "" || inside.split("/", 1)[0] === ".." || isAbsolute(inside)) {
      await this.note(wanted);
      throw new FaultInTemplate(`file ${wanted} is not below ${realRoot}; \`files_root\` says where files may be read from`);
    }
    return (await this.#text(real, wanted, MAX_SECRET_BYTES)).replace(/[\r\n]+$/, "");
  }

  /** Only remembers it: somebody else reads it. False when it cannot be read. */
  async note(path: string): Promise<boolean> {
    const found = await digestOf(path);
    this.#digests.set(path, found);
    return found !== ABSENT;
  }

  async #text(path: string, wanted: string, maxBytes: number): Promise<string> {
    const bytes = await readRegular(path);
    this.#digests.set(resolve(wanted), typeof bytes === "string" ? ABSENT : digest(bytes));
    if (typeof bytes === "string") throw new FaultInTemplate(`file ${wanted} ${bytes}`);
    if (bytes.length > maxBytes) throw new FaultInTemplate(`file ${wanted} is larger than ${maxBytes} bytes`);
    if (!isUtf8(bytes)) throw new FaultInTemplate(`file ${wanted} is not UTF-8 text`);
    return bytes.toString("utf8");
  }
}

/** `ABSENT` when it cannot be read. */
export async function digestOf(path: string): Promise<string> {
  const bytes = await readRegular(path);
  return typeof bytes === "string" ? ABSENT : digest(bytes);
}

/** The bytes, or what is wrong with the file. Devices and pipes are left alone: reading them could wait for ever. */
async function readRegular(path: string): Promise<Buffer | string> {
  try {
    const info = await stat(path);
    if (!info.isFile()) return "is not a regular file";
    if (info.size > MAX_CONFIG_BYTES) return `is larger than ${MAX_CONFIG_BYTES} bytes`;
    return await readFile(path);
  } catch {
    return "does not exist or is not accessible";
  }
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
