import { checkTtl } from "../check-whole";
import type { EventLog, LoggedEvent } from "../event-log";
import type { RedisLink } from "./link";
import { readBytes, readList } from "./read-answer";
import { loadScript } from "./script";

const APPEND = loadScript("log-append");
const READ = loadScript("log-read");

/** Redis streams, each on any node of a cluster. */
export class RedisEventLog implements EventLog {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #maxLength: number;

  /** @param maxLength events kept per stream. */
  constructor(link: RedisLink, namespace: string, maxLength: number) {
    this.#link = link;
    this.#prefix = `${namespace}:log:`;
    this.#maxLength = maxLength;
  }

  async append(stream: string, bytes: Uint8Array, ttlMs: number): Promise<string> {
    checkTtl(ttlMs);
    const args = [Buffer.from(bytes), String(ttlMs), String(this.#maxLength)];
    return readText(await this.#link.run(APPEND, [this.#prefix + stream], args));
  }

  async read(stream: string, after: string, max: number): Promise<{ events: LoggedEvent[]; missed: boolean }> {
    const [missed, ...found] = readList(await this.#link.run(READ, [this.#prefix + stream], [after, String(max)]));
    const events: LoggedEvent[] = [];
    for (let at = 0; at < found.length; at += 2) events.push({ id: readText(found[at]), bytes: readBytes(found[at + 1]) });
    return { events, missed: missed === 1 };
  }
}

function readText(answer: unknown): string {
  return Buffer.from(readBytes(answer)).toString("latin1");
}
