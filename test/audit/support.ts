/** Audit logs of tests: real files in a directory of their own, on a disk that counts and fails when told. */
import { mkdtempSync, rmSync } from "node:fs";
import * as promises from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Disk } from "../../plugins/audit/log/disk";
import { type AuditConfig, type OpenAudit, openAudit } from "../../plugins/audit/open";
import type { AuditEntry } from "../../plugins/audit/sink";
import { verifyAudit } from "../../plugins/audit/verify";
import { VirtualClock } from "../support/virtual-clock";

export const KEY = "a-key-for-tests-of-32-characters";
const root = mkdtempSync(join(tmpdir(), "graft-audit-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let logs = 0;

/** One that is full takes half of what is written. */
export interface TestDisk extends Disk {
  readonly syncs: { log: number };
  full: boolean;
  /** Syncs of files take so long. */
  held: Promise<void> | undefined;
}

export function testDisk(): TestDisk {
  const syncs = { log: 0 };
  const noSpace = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const disk: TestDisk = {
    ...promises,
    syncs,
    full: false,
    held: undefined,
    async open(...args: Parameters<typeof promises.open>) {
      const handle = await promises.open(...args);
      const appendFile = handle.appendFile.bind(handle);
      return Object.assign(handle, {
        async appendFile(data: Buffer) {
          if (!disk.full) return await appendFile(data);
          await appendFile(data.subarray(0, data.length >> 1));
          throw noSpace();
        },
        async datasync() {
          if (String(args[0]).endsWith(".jsonl")) syncs.log += 1;
          // Not the machine's own: a busy disk takes longer for one than a log that closes waits.
          await disk.held;
        },
      });
    },
  };
  return disk;
}

export class TestLog {
  readonly directory: string;
  readonly anchor: string;
  readonly clock = new VirtualClock();
  readonly disk = testDisk();
  readonly heads: string[] = [];
  readonly warnings: string[] = [];

  constructor() {
    logs += 1;
    this.directory = join(root, String(logs), "log");
    this.anchor = join(root, String(logs), "anchors");
  }

  config(it: Partial<AuditConfig> = {}): AuditConfig {
    const { directory, anchor } = this;
    return { kind: "file", directory, anchor, key: KEY, rotate_bytes: 1024 * 1024, queue: 10_000, ...it };
  }

  async open(it: Partial<AuditConfig> = {}): Promise<OpenAudit> {
    return await openAudit(this.config(it), {
      clock: this.clock,
      disk: this.disk,
      info: ({ audit_head }) => void this.heads.push(String(audit_head)),
      warn: ({ cause }, message) => void this.warnings.push(`${message}: ${String(cause)}`),
    });
  }

  /** A whole life of a writer. */
  async written(records: number, it: Partial<AuditConfig> = {}): Promise<void> {
    const log = await this.open(it);
    for (let index = 0; index < records; index += 1) await log.sink.write(entry(index));
    await log.close();
  }

  verify(demands: Parameters<typeof verifyAudit>[1] = {}) {
    return verifyAudit({ kind: "file", directories: [this.directory], anchor: this.anchor, key: KEY }, demands);
  }
}

/** Not for how long it takes: for whether it comes at all. */
export async function until(done: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !done(); round += 1) await sleep(10);
  expect(done()).toBe(true);
}

export function entry(index: number): AuditEntry {
  return { kind: "outcome", exchange: `ex_${index}`, caller: "test:|caller", facts: [{ kind: "entity-found", count: index }] };
}
