import type { Clock } from "../../../core/clock";
import type { EventLog } from "../../../stores/event-log";
import { decodeAdded, encodeAdded } from "./added-event";
import { Partition } from "./partition";
import { Rows } from "./rows";
import { needUnitVector, unitVector } from "./unit-vector";
import type { Neighbour, NewVector, VectorIndex } from "./vector-index";

export interface EmbeddedIndexParts {
  readonly clock: Pick<Clock, "now">;
  /** Where processes tell each other what they add, and find it again after a restart. Absent = this process alone, until it ends. */
  readonly log?: EventLog | undefined;
  /** All vectors with all that belongs to them. Default 256 MiB. The partition that was not asked for longest goes first. */
  readonly maxBytes?: number;
  /** Default 20,000: searched in one to ten milliseconds. The oldest goes first. */
  readonly maxPerPartition?: number;
  /** The log is away, or memory is short: what is here is searched nevertheless. */
  onTrouble(error: unknown): void;
}

const DEFAULT_BYTES = 256 * 1024 * 1024;
const DEFAULT_VECTORS = 20_000;
/** What a vector costs beside itself: id, places, map. And what a partition costs without any. */
const VECTOR_OVERHEAD = 250;
const PARTITION_OVERHEAD = 1000;
/** Read of a stream at a time, so that a store that answers in milliseconds still does. */
const READ_BYTES = 512 * 1024;

/**
 * In the memory of this process; every vector of a partition is compared with what is asked. Finds exactly the nearest.
 * Memory for vectors of one length is given back to the system when none of that length is left.
 */
export class EmbeddedIndex implements VectorIndex {
  readonly #parts: EmbeddedIndexParts;
  readonly #maxBytes: number;
  readonly #maxPerPartition: number;
  /** By length of vector. */
  readonly #rows = new Map<number, Rows>();
  /** The one that was not asked for longest is first. */
  readonly #partitions = new Map<string, Partition>();
  #bytes = 0;

  constructor(parts: EmbeddedIndexParts) {
    this.#parts = parts;
    this.#maxBytes = parts.maxBytes ?? DEFAULT_BYTES;
    this.#maxPerPartition = parts.maxPerPartition ?? DEFAULT_VECTORS;
  }

  /** Of all vectors with all that belongs to them. */
  get bytes(): number {
    return this.#bytes;
  }

  async search(name: string, vector: Float32Array, k: number, minScore: number): Promise<readonly Neighbour[]> {
    const unit = unitVector(vector);
    if (unit === undefined) return [];
    const key = keyOf(name, unit.length);
    const { log, clock } = this.#parts;
    if (log === undefined && !this.#partitions.has(key)) return [];
    const partition = this.#touch(key, unit.length);
    if (log !== undefined) await this.#readOn(log, key, partition, unit.length);
    return await partition.search(unit, k, minScore, clock.now());
  }

  async add(name: string, { id, vector, expiresAt }: NewVector): Promise<void> {
    const unit = needUnitVector(vector);
    const { log, clock, onTrouble } = this.#parts;
    const ttlMs = Math.ceil(expiresAt - clock.now());
    if (!(ttlMs > 0)) return;
    const key = keyOf(name, unit.length);
    const event = encodeAdded({ id, vector: unit, expiresAt });
    try {
      this.#put(key, this.#touch(key, unit.length), { id, vector: unit, expiresAt });
      await log?.append(key, event, ttlMs);
    } catch (error) {
      onTrouble(error);
    }
  }

  #touch(key: string, dimensions: number): Partition {
    let partition = this.#partitions.get(key);
    if (partition === undefined) {
      const rows = this.#rows.get(dimensions) ?? new Rows(dimensions);
      this.#rows.set(dimensions, rows);
      partition = new Partition(rows);
      this.#bytes += PARTITION_OVERHEAD;
    }
    this.#partitions.delete(key);
    this.#partitions.set(key, partition);
    this.#makeRoom(partition);
    return partition;
  }

  /** @param vector at length 1 */
  #put(key: string, partition: Partition, { id, vector, expiresAt }: NewVector): void {
    // Pushed out while its stream was being read: nobody would ever give its rows back.
    if (this.#partitions.get(key) !== partition) return;
    const before = partition.size;
    try {
      partition.removeExpired(this.#parts.clock.now());
      partition.put(id, vector, expiresAt);
      if (partition.size > this.#maxPerPartition) partition.removeOldest();
    } finally {
      this.#bytes += (partition.size - before) * sizeOf(partition);
    }
    this.#makeRoom(partition);
  }

  #makeRoom(current: Partition): void {
    while (this.#bytes > this.#maxBytes) {
      const [oldest] = this.#partitions;
      if (oldest === undefined || oldest[1] === current) {
        if (!current.removeOldest()) return;
        this.#bytes -= sizeOf(current);
      } else {
        this.#drop(...oldest);
      }
    }
  }

  #drop(key: string, partition: Partition): void {
    this.#partitions.delete(key);
    this.#bytes -= PARTITION_OVERHEAD + partition.size * sizeOf(partition);
    partition.clear();
    for (const [dimensions, rows] of this.#rows) if (rows.size === 0) this.#rows.delete(dimensions);
  }

  /** One read at a time; who comes meanwhile waits for the same one. */
  #readOn(log: EventLog, key: string, partition: Partition, dimensions: number): Promise<void> {
    partition.reading ??= this.#read(log, key, partition, dimensions).finally(() => {
      partition.reading = undefined;
    });
    return partition.reading;
  }

  /** A long stream is read piece by piece; nobody waits for more than one of them. */
  async #read(log: EventLog, key: string, partition: Partition, dimensions: number): Promise<void> {
    const most = Math.max(16, Math.floor(READ_BYTES / (4 * dimensions)));
    try {
      // Whether events were missed makes no difference: what is here stays right, and what they held is not found until asked again.
      const { events } = await log.read(key, partition.cursor, most);
      for (const { id, bytes } of events) {
        partition.cursor = id;
        this.#apply(key, partition, bytes, dimensions);
      }
      const more = events.length === most && this.#partitions.get(key) === partition;
      if (more) setImmediate(() => void this.#readOn(log, key, partition, dimensions));
    } catch (error) {
      this.#parts.onTrouble(error);
    }
  }

  /** What is not from us, or is too old, is passed over. */
  #apply(key: string, partition: Partition, bytes: Uint8Array, dimensions: number): void {
    const added = decodeAdded(bytes, dimensions);
    if (added === undefined || !(added.expiresAt > this.#parts.clock.now())) return;
    // Our own, most of the time.
    if (partition.expiryOf(added.id) === added.expiresAt) return;
    const unit = unitVector(added.vector);
    if (unit !== undefined) this.#put(key, partition, { ...added, vector: unit });
  }
}

/** Also the name of its stream. */
function keyOf(partition: string, dimensions: number): string {
  return `vectors:${dimensions}:${partition}`;
}

function sizeOf({ rows }: Partition): number {
  return rows.rowBytes + VECTOR_OVERHEAD;
}
