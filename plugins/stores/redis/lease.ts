import { checkTtl } from "../check-whole";
import type { Lease } from "../lease";
import type { RedisLink } from "./link";
import { readNumber } from "./read-answer";
import { loadScript } from "./script";

const ACQUIRE = loadScript("lease-acquire");
const RENEW = loadScript("lease-renew");
const RELEASE = loadScript("lease-release");

export class RedisLease implements Lease {
  readonly #link: RedisLink;
  readonly #prefix: string;

  constructor(link: RedisLink, namespace: string) {
    this.#link = link;
    this.#prefix = `{${namespace}}:lease`;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<number | undefined> {
    checkTtl(ttlMs);
    const token = await this.#link.run(ACQUIRE, [this.#key(name), `${this.#prefix}-token`], [holder, String(ttlMs)]);
    return token === null ? undefined : readNumber(token);
  }

  async renew(name: string, token: number, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    return readNumber(await this.#link.run(RENEW, [this.#key(name)], [String(token), String(ttlMs)])) === 1;
  }

  async release(name: string, token: number): Promise<boolean> {
    return readNumber(await this.#link.run(RELEASE, [this.#key(name)], [String(token)])) === 1;
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }
}
