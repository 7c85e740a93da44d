import type { Clock } from "../../core/clock";
import type { EventLog } from "../../stores/event-log";
import type { Kv } from "../../stores/kv";
import type { Lease } from "../../stores/lease";
import { Flight, type FlightParts } from "./flight";
import { FlightFollower } from "./follower";
import type { Follower, Leader } from "./roles";
import { Room } from "./room";

export type { AnswerFacts, Follower, Landing, Leader } from "./roles";

/** That newcomers can join at one time; what comes beyond them flies alone. */
const MAX_OPEN = 10_000;
/** So many answers of the full size are kept at one time. */
const FULL_ANSWERS = 64;

export interface FlightsParts {
  readonly lease: Lease;
  readonly log: EventLog;
  readonly kv: Kv;
  /** Several processes share these stores; else they are left alone. */
  readonly shared: boolean;
  readonly clock: Clock;
  newId(prefix: string): string;
  /** Of one answer, kept for those who may come to follow it. */
  readonly maxBytes: number;
  /** A follower waits no longer than this for something it can give. */
  readonly waitMs: number;
  /** The stores failed; flights go on as in a process alone. */
  onTrouble(error: unknown): void;
}

export class Flights {
  readonly #open = new Map<string, Flight>();
  readonly #parts: FlightParts;

  constructor(parts: FlightsParts) {
    const { lease, log, kv, clock, shared, maxBytes, waitMs } = parts;
    this.#parts = {
      stores: { lease, log, kv, clock, onTrouble: (error) => parts.onTrouble(error) },
      newId: (prefix) => parts.newId(prefix),
      shared,
      maxBytes,
      waitMs,
      room: new Room(FULL_ANSWERS * maxBytes),
      open: this.#open,
      maxOpen: MAX_OPEN,
    };
  }

  /** Flights that newcomers join. */
  get size(): number {
    return this.#open.size;
  }

  /** At once: the first to come leads, all others follow until the flight is over. */
  enter(key: string): Leader | Follower {
    const open = this.#open.get(key);
    return open === undefined ? new Flight(key, this.#parts).lead(false) : new FlightFollower(open);
  }
}
