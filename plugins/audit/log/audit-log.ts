/**
 * The log of one process: entries become lines of a chain, and all that wait at one time share one write to stable storage. A write
 * that fails ends its chain, as a crash would, for nobody can say what of it is there; the next one begins another chain, which names
 * the last line of the one before.
 */
import { createHmac } from "node:crypto";
import { hostname } from "node:os";
import { type Clock, isoTime } from "../../core/clock";
import type { AuditKeys } from "../chain/keys";
import { type Draft, type Head, lineJson, nextLine } from "../chain/line";
import { newWriter } from "../chain/names";
import type { AuditEntry, AuditSink } from "../sink";
import { AnchorKeeper } from "./anchor-keeper";
import type { Anchors } from "./anchors";
import type { Medium, OpenMedium } from "./medium";
import { WaitingEntries } from "./waiting";

export interface AuditLogOptions {
  readonly open: OpenMedium;
  readonly anchors: Anchors;
  readonly keys: AuditKeys;
  readonly clock: Clock;
  /** Entries that may wait; more are refused. */
  readonly queue: number;
  /** Anchors could not be written: a cut-off end of the log would not be found. */
  onAnchorTrouble(error: unknown): void;
  /** Now and then, so that the end of a chain is known where its log and its anchors are not. */
  tellHead(head: Head): void;
}

interface RunningChain {
  readonly medium: Medium;
  readonly follows: readonly Head[];
  head: Head;
}

/** After a failure: what else comes meanwhile fails without a try. */
const PAUSE_MS = 1000;
const TELL_EVERY_MS = 3_600_000;
/** Heads of other chains that a new one names. */
const FOLLOWED = 16;
const ENDS = '{"kind":"end"}';

export class AuditLog implements AuditSink {
  readonly #options: AuditLogOptions;
  readonly #waiting: WaitingEntries;
  readonly #keeper: AnchorKeeper;
  #chain: RunningChain | undefined;
  /** Of the chain that broke. */
  #broken: Head | undefined;
  #writing: Promise<void> | undefined;
  #failed: { readonly error: Error; readonly until: number } | undefined;
  #told = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#waiting = new WaitingEntries(options.queue);
    this.#keeper = new AnchorKeeper(options.anchors, options.onAnchorTrouble);
  }

  /** Entries on their way. */
  get queued(): number {
    return this.#waiting.length;
  }

  digest(content: Uint8Array): string {
    return createHmac("sha256", this.#options.keys.content).update(content).digest("hex");
  }

  write(entry: AuditEntry): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("the audit log is closed"));
    const at = isoTime(this.#options.clock.now());
    const json = lineJson(entry);
    return new Promise((resolve, reject) => {
      if (!this.#waiting.add({ at, json, resolve, reject })) reject(new Error("too many audit records wait to be written"));
      this.#writing ??= this.#writeAll();
    });
  }

  /** Begins the chain, so that what is wrong is known before anybody needs it. @throws Error when that cannot be written */
  async start(): Promise<void> {
    this.#writing ??= this.#writeBatch([]).finally(() => {
      this.#writing = this.#waiting.length > 0 ? this.#writeAll() : undefined;
    });
    await this.#writing;
  }

  /** Takes no more, and writes what waits. @returns whether all of it was written in time */
  async close(withinMs: number): Promise<boolean> {
    this.#closed = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
    });
    const ended = await Promise.race([this.#end().catch(() => false), late]);
    clearTimeout(timer);
    this.#keeper.close();
    return ended;
  }

  async #end(): Promise<boolean> {
    while (this.#writing !== undefined) await this.#writing;
    const chain = this.#chain;
    this.#chain = undefined;
    if (chain !== undefined && chain.head.seq > 0) {
      await this.#append(chain, [{ at: isoTime(this.#options.clock.now()), json: ENDS }]);
      this.#options.tellHead(chain.head);
    }
    await chain?.medium.close();
    await this.#keeper.flush();
    return this.#failed === undefined;
  }

  async #writeAll(): Promise<void> {
    // What else is asked for in this turn of the event loop comes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.take();
      try {
        await this.#writeBatch(batch);
        for (const entry of batch) entry.resolve();
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        for (const entry of batch) entry.reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly Draft[]): Promise<void> {
    const { clock } = this.#options;
    if (this.#failed !== undefined && clock.monotonic() < this.#failed.until) throw this.#failed.error;
    try {
      this.#chain ??= await this.#newChain();
      await this.#append(this.#chain, batch);
      this.#failed = undefined;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#failed = { error, until: clock.monotonic() + PAUSE_MS };
      await this.#break();
      throw error;
    }
  }

  async #append(chain: RunningChain, batch: readonly Draft[]): Promise<void> {
    const begins = chain.medium.begins();
    const first = begins === undefined ? [] : [{ at: batch[0]?.at ?? chain.head.at, json: this.#beginning(chain, begins) }];
    const lines: string[] = [];
    let { head } = chain;
    for (const draft of [...first, ...batch]) {
      const line = nextLine(this.#options.keys.line, head, draft);
      lines.push(line.text);
      head = line.head;
    }
    await chain.medium.append(lines);
    chain.head = head;
    this.#keeper.moved(head);
    const now = this.#options.clock.monotonic();
    if (first.length === 0 && now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    this.#options.tellHead(head);
  }

  #beginning(chain: RunningChain, begins: Readonly<Record<string, unknown>>): string {
    const origin = chain.head.seq === 0 ? { host: hostname(), follows: chain.follows } : {};
    return JSON.stringify({ kind: "begin", ...begins, ...origin });
  }

  async #newChain(): Promise<RunningChain> {
    const { anchors, clock, open } = this.#options;
    const writer = newWriter(clock.now());
    const head = { writer, seq: 0, mac: "", at: isoTime(clock.now()) };
    // In front of all lines: no chain is ever without.
    await anchors.write(head);
    const known = await anchors.newest(FOLLOWED);
    const broken = this.#broken;
    const follows = broken === undefined ? known : [broken, ...known.filter((it) => it.writer !== broken.writer)];
    return { medium: open(writer), head, follows };
  }

  /** What can be put in order after a failure is; what cannot does not matter. */
  async #break(): Promise<void> {
    const chain = this.#chain;
    this.#chain = undefined;
    if (chain === undefined) return;
    const { medium, head } = chain;
    if (head.seq > 0) {
      this.#broken = head;
      await medium.close().catch(() => undefined);
      await this.#keeper.flush();
    } else if (await medium.discard().catch(() => false)) {
      await this.#options.anchors.remove(head.writer).catch(() => undefined);
    }
  }
}
