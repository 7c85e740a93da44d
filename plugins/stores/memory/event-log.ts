import type { Clock } from "../../core/clock";
import { checkTtl } from "../check-whole";
import type { EventLog, LoggedEvent } from "../event-log";
import { storeFull } from "./store-full";
import { Sweep } from "./sweep";

/** Events are numbered over all streams, so a stream that begins anew never reuses a number. */
interface Stream {
  readonly events: { readonly number: number; readonly bytes: Uint8Array }[];
  readonly firstNumber: number;
  /** Number of the last event trimmed away, 0 = none. */
  trimmed: number;
  bytes: number;
  expiresAt: number;
}

export interface EventLogBounds {
  /** Events kept per stream. */
  readonly maxLength: number;
  readonly maxStreams: number;
  /** All events together. */
  readonly maxBytes: number;
}

export class MemoryEventLog implements EventLog {
  readonly #clock: Clock;
  readonly #bounds: EventLogBounds;
  readonly #streams = new Map<string, Stream>();
  readonly #sweep = new Sweep(this.#streams);
  #lastNumber = 0;
  #bytes = 0;

  constructor(clock: Clock, bounds: EventLogBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Streams in memory. */
  get size(): number {
    return this.#streams.size;
  }

  async append(name: string, bytes: Uint8Array, ttlMs: number): Promise<string> {
    checkTtl(ttlMs);
    const now = this.#clock.monotonic();
    this.#sweep.step((stream) => this.#retire(stream, now));
    if (this.#bytes + bytes.length > this.#bounds.maxBytes) throw storeFull("events", `${this.#bounds.maxBytes} bytes`);
    const stream = this.#find(name, now) ?? this.#begin(name);
    this.#lastNumber += 1;
    stream.events.push({ number: this.#lastNumber, bytes: new Uint8Array(bytes) });
    stream.expiresAt = now + ttlMs;
    this.#count(stream, bytes.length);
    if (stream.events.length > this.#bounds.maxLength) this.#trim(stream);
    return String(this.#lastNumber);
  }

  async read(name: string, after: string, max: number): Promise<{ events: LoggedEvent[]; missed: boolean }> {
    const last = Number(after);
    const stream = this.#find(name, this.#clock.monotonic());
    if (stream === undefined) return { events: [], missed: last > 0 };
    const events = stream.events.filter(({ number }) => number > last).slice(0, max);
    return {
      events: events.map(({ number, bytes }) => ({ id: String(number), bytes: new Uint8Array(bytes) })),
      // A place before this stream's first event is one in an earlier stream of the same name.
      missed: last < stream.trimmed || (last > 0 && last < stream.firstNumber),
    };
  }

  #begin(name: string): Stream {
    if (this.#streams.size >= this.#bounds.maxStreams) throw storeFull("events", `${this.#bounds.maxStreams} streams`);
    const stream = { events: [], firstNumber: this.#lastNumber + 1, trimmed: 0, bytes: 0, expiresAt: 0 };
    this.#streams.set(name, stream);
    return stream;
  }

  #find(name: string, now: number): Stream | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined || !this.#retire(stream, now)) return stream;
    this.#streams.delete(name);
    return undefined;
  }

  /** Gives back an expired stream's bytes. @returns true: it is to be deleted. */
  #retire(stream: Stream, now: number): boolean {
    if (now < stream.expiresAt) return false;
    this.#count(stream, -stream.bytes);
    return true;
  }

  #trim(stream: Stream): void {
    const oldest = stream.events.shift();
    if (oldest === undefined) return;
    this.#count(stream, -oldest.bytes.length);
    stream.trimmed = oldest.number;
  }

  #count(stream: Stream, bytes: number): void {
    stream.bytes += bytes;
    this.#bytes += bytes;
  }
}
