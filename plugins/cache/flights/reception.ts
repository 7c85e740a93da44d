/**
 * A flight that another replica leads, as seen from here: reads what that one publishes, and notices when it is no more. One for all who
 * follow in this process.
 */
import { LOG_START } from "../../stores/event-log";
import type { Holding } from "./broadcast";
import { decodeMessage, type Message } from "./message";
import type { Recording } from "./recording";
import { BEAT_MS, LEASE_MS, namesOf, pause, type SharedStores, WANTED_MS } from "./shared";

/** Between two looks while nothing happens. */
const SLOWEST_BEAT_MS = 500;
const PAGE = 100;

/** Whom it reports to. */
export interface Receiver {
  readonly key: string;
  /** Somebody waits for what this reception brings. */
  awaits(reception: Reception): boolean;
  /** What came was of a try that came to nothing. @returns where the next one goes; undefined: nobody waits for it */
  again(reception: Reception): Recording | undefined;
  /** Complete. */
  arrived(reception: Reception): void;
  /** There is no leader any more, and the lease is ours. @returns false: nobody has a use for it. Never rejects */
  takeOver(reception: Reception, holding: Holding): Promise<boolean>;
  /** The store is away, or nobody waits any more: whoever still waits does without this reception. It goes on for those who read. */
  dismiss(reception: Reception): void;
}

export class Reception {
  readonly #stores: SharedStores;
  readonly #receiver: Receiver;
  readonly #names: ReturnType<typeof namesOf>;
  readonly #holder: string;
  #recording: Recording;
  /** Of the holding whose log is read. */
  #token: number | undefined;
  /** That log was there before this reception: if it is over at the first look, it was before anybody here asked. */
  #early = true;
  #place = LOG_START;
  #take = 1;
  #at = 0;
  #over = false;
  #wantedUntil = 0;
  #answeredAt: number;

  /** @param holder who asks for the lease: nobody else by that name */
  constructor(stores: SharedStores, receiver: Receiver, holder: string, recording: Recording) {
    this.#stores = stores;
    this.#receiver = receiver;
    this.#names = namesOf(receiver.key);
    this.#holder = holder;
    this.#recording = recording;
    this.#answeredAt = stores.clock.monotonic();
  }

  /** Until it is over or nobody needs it. Never rejects. */
  async run(): Promise<void> {
    let beatMs = BEAT_MS;
    while (!this.#over && (this.#receiver.awaits(this) || this.#recording.followed)) {
      const heard = await this.#safely();
      if (this.#over) return;
      beatMs = heard ? BEAT_MS : Math.min(beatMs * 1.5, SLOWEST_BEAT_MS);
      await pause(beatMs);
    }
    this.#receiver.dismiss(this);
  }

  async #safely(): Promise<boolean> {
    try {
      const heard = await this.#beat();
      this.#answeredAt = this.#stores.clock.monotonic();
      return heard;
    } catch (error) {
      this.#stores.onTrouble(error);
      this.#receiver.dismiss(this);
      if (this.#stores.clock.monotonic() >= this.#answeredAt + LEASE_MS) this.#giveUp();
      return false;
    }
  }

  /** @returns whether something came */
  async #beat(): Promise<boolean> {
    await this.#sayWanted();
    if (this.#token === undefined) await this.#turn();
    if (await this.#read()) return true;
    if (await this.#turn()) return this.#read();
    const since = this.#stores.clock.monotonic();
    const token = await this.#stores.lease.acquire(this.#names.lease, this.#holder, LEASE_MS);
    if (token === undefined) return false;
    await this.#takeOver({ token, since });
    return true;
  }

  async #sayWanted(): Promise<void> {
    const now = this.#stores.clock.monotonic();
    if (now < this.#wantedUntil) return;
    await this.#stores.kv.set(this.#names.wanted, Buffer.of(1), WANTED_MS);
    this.#wantedUntil = now + WANTED_MS / 2;
  }

  /** Looks who leads. @returns whether that is another one than before */
  async #turn(): Promise<boolean> {
    const found = await this.#stores.kv.get(this.#names.token);
    const token = found === undefined ? Number.NaN : Number(Buffer.from(found).toString("latin1"));
    // Tokens grow: a smaller one was written late.
    if (!(token > (this.#token ?? 0))) {
      this.#early = false;
      return false;
    }
    if (this.#token !== undefined) this.#again(1);
    this.#token = token;
    this.#place = LOG_START;
    return true;
  }

  async #read(): Promise<boolean> {
    if (this.#token === undefined) return false;
    const messages: (Message | undefined)[] = [];
    const name = this.#names.log(this.#token);
    for (let more = true; more && !this.#over; ) {
      const { events, missed } = await this.#stores.log.read(name, this.#place, PAGE);
      for (const { bytes } of events) messages.push(decodeMessage(bytes));
      if (missed) messages.push(undefined);
      this.#place = events.at(-1)?.id ?? this.#place;
      more = events.length === PAGE;
    }
    const last = messages.at(-1)?.over;
    const past = this.#early && (last === "end" || last === "fail");
    this.#early = false;
    if (past) return false;
    for (const message of messages) if (!this.#over) this.#apply(message);
    return messages.length > 0;
  }

  #apply(message: Message | undefined): void {
    if (message !== undefined && message.take > this.#take) this.#again(message.take);
    if (message === undefined || message.take < this.#take || message.at > this.#at) {
      this.#giveUp();
      return;
    }
    for (const event of message.events.slice(this.#at - message.at)) this.#recording.push(event);
    this.#at = Math.max(this.#at, message.at + message.events.length);
    if (message.over === "end") {
      this.#over = true;
      this.#recording.complete(message.facts);
      this.#receiver.arrived(this);
    } else if (message.over === "fail") this.#again(message.take + 1);
    else if (message.over === "closed") this.#giveUp();
  }

  #again(take: number): void {
    this.#recording.break();
    const next = this.#receiver.again(this);
    if (next === undefined) this.#over = true;
    else this.#recording = next;
    this.#take = take;
    this.#at = 0;
  }

  /** What is missing cannot be had any more. Whoever has not begun to read makes his own call. */
  #giveUp(): void {
    this.#over = true;
    this.#recording.break();
    this.#recording.close();
    this.#receiver.dismiss(this);
  }

  async #takeOver(holding: Holding): Promise<void> {
    // The last words of whoever held it before.
    await this.#read();
    if (!this.#over) {
      this.#over = true;
      this.#recording.break();
      if (await this.#receiver.takeOver(this, holding)) return;
    }
    await this.#stores.lease.release(this.#names.lease, holding.token);
  }
}
