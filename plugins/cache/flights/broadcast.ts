/**
 * A flight as its replica tells the others of it: keeps the lease, and once another replica follows, publishes the answer as it comes in.
 */
import { encodeMessage } from "./message";
import { Publisher } from "./publisher";
import type { Recording } from "./recording";
import type { AnswerFacts } from "./roles";
import { BEAT_MS, LEASE_MS, namesOf, type SharedStores } from "./shared";

/** How often it looks whether somebody follows, in the end. */
const SLOWEST_BEAT_MS = 1000;
/** How often it looks whether somebody still does. */
const LOOK_AGAIN_MS = 2000;
/** A model may think for long between two words. */
const LOG_MS = 600_000;
/** After the last message: followers look more often than that. */
const OVER_LOG_MS = 30_000;

export interface Holding {
  readonly token: number;
  /** When the lease was asked for, on the monotonic clock. */
  readonly since: number;
}

export class Broadcast {
  readonly #stores: SharedStores;
  readonly #names: ReturnType<typeof namesOf>;
  readonly #token: number;
  readonly #publisher: Publisher;
  #heldUntil: number;
  #renewAt: number;
  #wanted = false;
  #publishing = false;
  #lookAt = 0;
  #beatMs = BEAT_MS;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void>;
  #closed = false;

  /** @param maxBytes published at most */
  constructor(stores: SharedStores, key: string, { token, since }: Holding, maxBytes: number, recording: Recording) {
    this.#stores = stores;
    this.#names = namesOf(key);
    this.#token = token;
    this.#heldUntil = since + LEASE_MS;
    this.#renewAt = since + LEASE_MS / 3;
    const log = this.#names.log(token);
    this.#publisher = new Publisher(
      (message) => stores.log.append(log, encodeMessage(message), message.over === undefined ? LOG_MS : OVER_LOG_MS),
      maxBytes,
      recording,
    );
    this.#turn = this.#safely(() => this.#sayWho());
    this.#schedule();
  }

  /** Another replica follows, as far as known. */
  get wanted(): boolean {
    return this.#wanted && !this.#closed;
  }

  /** From here on another try's answer. */
  follow(recording: Recording): void {
    this.#publisher.follow(recording);
  }

  /** @param facts of an answer that was stored. @returns when all is said and the lease given back; never rejects */
  async close(over: "end" | "fail", facts?: AnswerFacts): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#turn;
    if (this.#lost) return;
    await this.#safely(async () => {
      // What was stored, others find without being told.
      if (over === "end" && facts === undefined && !this.#publishing) this.#publishing = await this.#look();
      if (this.#publishing) await this.#publisher.publish(over, facts);
    });
    await this.#safely(() => this.#stores.lease.release(this.#names.lease, this.#token));
  }

  /** By its own clock: this process may have been paused, and another replica have taken over. */
  get #lost(): boolean {
    return this.#stores.clock.monotonic() >= this.#heldUntil;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#safely(() => this.#beat()).then(() => {
        if (this.#lost) this.#closed = true;
        if (!this.#closed) this.#schedule();
      });
    }, this.#beatMs).unref();
  }

  async #beat(): Promise<void> {
    if (this.#lost) return;
    const now = this.#stores.clock.monotonic();
    if (now >= this.#renewAt) await this.#renew(now);
    if (this.#lost) return;
    if (!this.#publishing || now >= this.#lookAt) this.#wanted = await this.#look();
    this.#publishing ||= this.#wanted;
    if (this.#publishing) await this.#publisher.publish();
    this.#beatMs = this.#publishing ? BEAT_MS : Math.min(this.#beatMs * 1.5, SLOWEST_BEAT_MS);
  }

  async #renew(now: number): Promise<void> {
    const held = await this.#stores.lease.renew(this.#names.lease, this.#token, LEASE_MS);
    this.#heldUntil = held ? now + LEASE_MS : now;
    this.#renewAt = now + LEASE_MS / 3;
    if (held) await this.#sayWho();
  }

  async #sayWho(): Promise<void> {
    await this.#stores.kv.set(this.#names.token, Buffer.from(String(this.#token)), LEASE_MS);
  }

  /** Whether somebody follows. */
  async #look(): Promise<boolean> {
    this.#lookAt = this.#stores.clock.monotonic() + LOOK_AGAIN_MS;
    return (await this.#stores.kv.get(this.#names.wanted)) !== undefined;
  }

  async #safely(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#stores.onTrouble(error);
    }
  }
}
