/**
 * How far each chain goes, said outside of it: a file for each writer, replaced as its chain grows. Whoever cuts off the end of a chain,
 * or takes all of it away, would have to change these as well.
 */
import { join } from "node:path";
import { type Head, readHead } from "../chain/line";
import { anchorName, readAnchorName } from "../chain/names";
import { seal, unseal } from "../chain/seal";
import { type Disk, makeDirectory, PRIVATE_FILE, syncDirectory } from "./disk";

export interface FoundAnchors {
  readonly heads: readonly Head[];
  /** File names of those that this key has not signed, or not for this writer. */
  readonly broken: readonly string[];
}

export class Anchors {
  readonly directory: string;
  readonly #key: Buffer;
  readonly #disk: Disk;

  constructor(directory: string, key: Buffer, disk: Disk) {
    this.directory = directory;
    this.#key = key;
    this.#disk = disk;
  }

  /** A reader, or a crash, sees the old one or the new one, whole. */
  async write({ writer, seq, mac, at }: Head): Promise<void> {
    const path = join(this.directory, anchorName(writer));
    const half = `${path}.half`;
    await makeDirectory(this.#disk, this.directory);
    // Left by a crash, or laid by somebody: nothing is written through a link.
    await this.#disk.unlink(half).catch(() => undefined);
    const file = await this.#disk.open(half, "wx", PRIVATE_FILE);
    try {
      await file.writeFile(`${seal(this.#key, JSON.stringify({ v: 1, writer, seq, head: mac, at })).text}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#disk.rename(half, path);
    await syncDirectory(this.#disk, this.directory);
  }

  /** Of a chain that never came to be. */
  async remove(writer: string): Promise<void> {
    await this.#disk.unlink(join(this.directory, anchorName(writer)));
  }

  /** Of the writers that began last; those that cannot be read are left out. */
  async newest(count: number): Promise<readonly Head[]> {
    const names = (await this.#disk.readdir(this.directory)).filter((name) => readAnchorName(name) !== undefined);
    const { heads } = await this.#read(names.sort().slice(-count));
    return heads.filter(({ seq }) => seq > 0);
  }

  /** @throws Error when the directory cannot be read */
  async all(): Promise<FoundAnchors> {
    const names = await this.#disk.readdir(this.directory);
    return await this.#read(names.filter((name) => name.endsWith(".json")).sort());
  }

  async #read(names: readonly string[]): Promise<FoundAnchors> {
    const heads: Head[] = [];
    const broken: string[] = [];
    for (const name of names) {
      const head = await this.#readOne(name);
      if (head === undefined) broken.push(name);
      else heads.push(head);
    }
    return { heads, broken };
  }

  async #readOne(name: string): Promise<Head | undefined> {
    const bytes = await this.#disk.readFile(join(this.directory, name)).catch(() => undefined);
    // All but the line's end, which must be there.
    if (bytes === undefined || bytes.at(-1) !== 0x0a) return undefined;
    const value = unseal(this.#key, bytes.subarray(0, -1))?.value;
    const mac = value?.["head"];
    const head = value === undefined || typeof mac !== "string" ? undefined : readHead(value, mac);
    return head?.writer === readAnchorName(name) ? head : undefined;
  }
}
