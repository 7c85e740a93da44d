/** One key's answer under way: who brings it, and who waits for it. */
import { compact } from "../../core/compact";
import type { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { Entry } from "../entry";
import { Broadcast, type Holding } from "./broadcast";
import { FlightFollower } from "./follower";
import { FlightLeader } from "./leader";
import { type Receiver, Reception } from "./reception";
import { Recording } from "./recording";
import type { AnswerFacts, Follower, Landing } from "./roles";
import type { Room } from "./room";
import { LEASE_MS, namesOf, type SharedStores } from "./shared";

/** An answer published to others may be so much larger than one that is kept for newcomers: somebody reads it. */
const PUBLISHED_FACTOR = 8;

export interface FlightParts {
  readonly stores: SharedStores;
  /** Several processes share these stores. */
  readonly shared: boolean;
  readonly maxBytes: number;
  readonly waitMs: number;
  readonly room: Room;
  /** Those that newcomers join, by key. */
  readonly open: Map<string, Flight>;
  readonly maxOpen: number;
  newId(prefix: string): string;
}

type Reread = () => Promise<Entry | undefined>;
/** To call the provider, for all replicas. `alone`: there are no others, or the store is away. */
type Claim = "granted" | "refused" | "alone";

/**
 * Brought by a leader here, or by a reception from another replica. With neither it is landed (its recording is complete), or stranded:
 * then whoever waits leads next.
 */
export class Flight implements Receiver {
  readonly key: string;
  readonly parts: FlightParts;
  /** Followers with nothing of it yet, in the order they came. */
  readonly waiting = new Set<FlightFollower>();
  #recording: Recording;
  #leader: FlightLeader | undefined;
  #reception: Reception | undefined;
  #broadcast: Broadcast | undefined;
  /** The lease is held, or cannot be had: leaders need not ask. */
  #cleared = false;
  #claiming: Promise<Claim> | undefined;
  #reread: Reread | undefined;

  constructor(key: string, parts: FlightParts) {
    this.key = key;
    this.parts = parts;
    this.#recording = this.#blank();
  }

  get recording(): Recording {
    return this.#recording;
  }

  get stranded(): boolean {
    return this.#leader === undefined && this.#reception === undefined && this.#recording.state !== "complete";
  }

  get followed(): boolean {
    return this.waiting.size > 0 || this.#recording.followed || this.#broadcast?.wanted === true;
  }

  isLedBy(leader: FlightLeader): boolean {
    return this.#leader === leader;
  }

  lead(promoted: boolean): FlightLeader {
    const { open, maxOpen } = this.parts;
    if (open.size < maxOpen && !open.has(this.key)) open.set(this.key, this);
    this.#leader = new FlightLeader(this, promoted);
    return this.#leader;
  }

  push(event: ChatEvent): void {
    this.#recording.push(event);
  }

  restart(): void {
    if (!this.#recording.empty) this.#begin();
  }

  land(entry: Entry, as?: Landing): void {
    if (!this.followed && this.#broadcast === undefined) {
      // As most hits: nobody needs it written down.
      this.#leader = undefined;
      this.#close();
      return;
    }
    const facts = { ...factsOf(entry), ...as };
    this.#begin();
    this.#recording.land(entry.events, facts);
    this.#arrive();
    void this.#broadcast?.close("end", facts);
  }

  async end(entry: Entry | undefined): Promise<void> {
    const facts = entry && factsOf(entry);
    this.#recording.complete(facts);
    this.#arrive();
    await this.#broadcast?.close("end", facts);
  }

  fail(error?: GraftError): void {
    this.#leader = undefined;
    if (error !== undefined) for (const follower of [...this.waiting]) follower.refuse(error);
    this.#begin();
    this.#seekLeader();
  }

  async takeOff(leader: FlightLeader, reread: Reread, away: boolean): Promise<Follower | undefined> {
    this.#cleared ||= away;
    if (this.#cleared) return undefined;
    this.#reread = reread;
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = undefined;
    });
    const claim = await this.#claiming;
    if (!this.isLedBy(leader)) return undefined;
    if (claim === "refused") return this.#receive();
    // Without others, the cache was looked into just now, unless whoever led before left in the middle of that.
    const entry = claim === "granted" || leader.promoted ? await this.#lookAgain() : undefined;
    if (!this.isLedBy(leader)) return undefined;
    this.#cleared = true;
    if (entry === undefined) return undefined;
    const follower = new FlightFollower(this);
    this.land(entry);
    return follower;
  }

  awaits(reception: Reception): boolean {
    return this.#reception === reception && this.waiting.size > 0;
  }

  again(reception: Reception): Recording | undefined {
    if (this.#reception !== reception) return undefined;
    this.#begin();
    return this.#recording;
  }

  arrived(reception: Reception): void {
    if (this.#reception === reception) this.#arrive();
  }

  async takeOver(reception: Reception, holding: Holding): Promise<boolean> {
    if (this.#reception !== reception) return false;
    this.#begin();
    this.#broadcast = this.#announce(holding);
    const entry = await this.#lookAgain();
    this.#reception = undefined;
    this.#cleared = true;
    if (entry === undefined) this.#seekLeader();
    else this.land(entry);
    return true;
  }

  dismiss(reception: Reception): void {
    if (this.#reception !== reception) return;
    this.#reception = undefined;
    // Not broken: whoever reads it goes on as long as the reception does.
    this.#recording = this.#blank();
    this.#cleared = true;
    this.#seekLeader();
  }

  #receive(): Follower {
    this.#leader = undefined;
    const { stores, newId } = this.parts;
    this.#reception = new Reception(stores, this, newId("flight"), this.#recording);
    const follower = new FlightFollower(this);
    void this.#reception.run();
    return follower;
  }

  async #claim(): Promise<Claim> {
    const { shared, stores, newId } = this.parts;
    if (!shared) return "alone";
    if (this.#broadcast !== undefined) return "granted";
    const since = stores.clock.monotonic();
    try {
      const token = await stores.lease.acquire(namesOf(this.key).lease, newId("flight"), LEASE_MS);
      if (token === undefined) return "refused";
      const broadcast = this.#announce({ token, since });
      if (this.#leader === undefined) void broadcast.close("fail");
      else this.#broadcast = broadcast;
      return "granted";
    } catch (error) {
      stores.onTrouble(error);
      return "alone";
    }
  }

  async #lookAgain(): Promise<Entry | undefined> {
    try {
      return await this.#reread?.();
    } catch (error) {
      this.parts.stores.onTrouble(error);
      return undefined;
    }
  }

  /** Another answer: whoever has something of the one before breaks off. */
  #begin(): void {
    this.#recording.break();
    this.#recording = this.#blank();
    this.#broadcast?.follow(this.#recording);
  }

  /** The answer is complete: whoever comes now finds it in the cache, or is to make the call again. */
  #arrive(): void {
    this.#leader = undefined;
    this.#reception = undefined;
    this.#close();
    this.#look();
  }

  #seekLeader(): void {
    this.#look();
    if (!this.stranded) return;
    this.#close();
    this.#cleared = false;
    void this.#broadcast?.close("fail");
    this.#broadcast = undefined;
  }

  #look(): void {
    for (const follower of [...this.waiting]) follower.look();
  }

  #close(): void {
    const { open } = this.parts;
    if (open.get(this.key) === this) open.delete(this.key);
  }

  #announce(holding: Holding): Broadcast {
    const { stores, maxBytes } = this.parts;
    return new Broadcast(stores, this.key, holding, PUBLISHED_FACTOR * maxBytes, this.#recording);
  }

  #blank(): Recording {
    const { maxBytes, room } = this.parts;
    return new Recording({ maxBytes, room, awaited: () => this.waiting.size > 0, onTurn: () => this.#look() });
  }
}

/** No more than that: it is kept, and published. */
function factsOf({ storedAt, target, usage, nanos, dropped }: Entry): AnswerFacts {
  return compact({ storedAt, target, usage, nanos, dropped });
}
