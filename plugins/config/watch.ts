/**
 * Watches the files a configuration is made of. Directories are watched, not files: ConfigMaps and Secrets are swapped by a symbolic
 * link beside them, editors replace files by renaming. Polling covers what file events miss (network file systems, directories
 * made anew). What counts is the content: events that change nothing deliver nothing.
 */
import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Issue } from "./issue";
import type { Loaded, LoadResult } from "./load";
import { digestOf } from "./read-files";

export interface WatchOptions {
  load(): Promise<LoadResult>;
  /** A new valid configuration. What it throws is reported as invalid. */
  onChange(loaded: Loaded): void;
  /** The files changed, but are not valid: the configuration in force stays. Must not throw. */
  onInvalid(issues: readonly Issue[]): void;
  readonly pollMs?: number;
  /** Files count as written when they have not changed for this long. */
  readonly settleMs?: number;
}

export interface ConfigWatch {
  close(): void;
}

type Digests = ReadonlyMap<string, string>;

/** @param current the configuration in force; its files are watched, and later whatever files the newest one is made of */
export function watchConfig(current: LoadResult, options: WatchOptions): ConfigWatch {
  return new Watcher(current.files, options);
}

/** A file that never stops changing is read all the same after this many looks. */
const MOST_LOOKS = 40;

class Watcher implements ConfigWatch {
  readonly #options: WatchOptions;
  readonly #settleMs: number;
  readonly #poll: NodeJS.Timeout;
  #files: Digests;
  #directories = new Map<string, FSWatcher>();
  #soon: NodeJS.Timeout | undefined;
  #checking = false;
  #again = false;
  #closed = false;

  constructor(files: Digests, options: WatchOptions) {
    this.#files = files;
    this.#options = options;
    this.#settleMs = options.settleMs ?? 100;
    this.#poll = setInterval(() => this.#check(), options.pollMs ?? 2000).unref();
    this.#arm();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#soon);
    this.#disarm();
  }

  #check(): void {
    this.#again = this.#checking;
    if (this.#checking || this.#closed) return;
    this.#checking = true;
    this.#reload()
      .catch((thrown: unknown) => this.#options.onInvalid([unreadable(this.#files, thrown)]))
      .finally(() => {
        this.#checking = false;
        if (this.#again) this.#lookSoon();
      });
  }

  async #reload(): Promise<void> {
    const settled = await this.#settle();
    if (settled === undefined) return;
    const result = await this.#options.load();
    // Written to again meanwhile: the next look takes it.
    const stale = [...settled].some(([file, digest]) => result.files.has(file) && result.files.get(file) !== digest);
    if (this.#closed) return;
    if (stale) {
      this.#lookSoon();
      return;
    }
    this.#files = result.files;
    this.#arm();
    if (result.ok) this.#options.onChange(result);
    else this.#options.onInvalid(result.issues);
  }

  /** The files' new content once it stays the same; `undefined` when it is what was loaded last. */
  async #settle(): Promise<Digests | undefined> {
    let seen = await digests(this.#files.keys());
    for (let looks = 0; looks < MOST_LOOKS && !same(seen, this.#files); looks += 1) {
      await sleep(this.#settleMs, undefined, { ref: false });
      const now = await digests(this.#files.keys());
      if (same(now, seen)) return now;
      seen = now;
    }
    return same(seen, this.#files) ? undefined : seen;
  }

  #lookSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#check(), this.#settleMs).unref();
  }

  #arm(): void {
    this.#disarm();
    for (const directory of new Set([...this.#files.keys()].map((file) => dirname(file)))) {
      try {
        const watcher = watch(directory, { persistent: false }, () => this.#lookSoon());
        // The directory went away: polling finds it when it is back.
        watcher.on("error", () => watcher.close());
        this.#directories.set(directory, watcher);
      } catch {
        // Not there yet, or no watches left: polling does.
      }
    }
  }

  #disarm(): void {
    for (const watcher of this.#directories.values()) watcher.close();
    this.#directories.clear();
  }
}

async function digests(files: Iterable<string>): Promise<Digests> {
  return new Map(await Promise.all([...files].map(async (file) => [file, await digestOf(file)] as const)));
}

function same(a: Digests, b: Digests): boolean {
  return a.size === b.size && [...a].every(([file, digest]) => b.get(file) === digest);
}

function unreadable(files: Digests, thrown: unknown): Issue {
  const [file = "graft.yaml"] = files.keys();
  const message = `could not be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return { severity: "error", file, line: 1, column: 1, path: "", message };
}
