import { openRowMemory, type RowMemory } from "./row-memory";

/** Floats the kernel takes at a time: rows are filled up with zeros, which change no product. */
const STEP = 16;
/** Rows of one call of the kernel; what they are compared with lies in front of the rows. */
export const MOST_AT_ONCE = 1024;
const LIST_BYTES = 4 * MOST_AT_ONCE;
const GROW_BYTES = 4 * 1024 * 1024;

/** Vectors of one length, each in a place of its own, of all partitions together: what one gives back another takes. */
export class Rows {
  /** Of one row. */
  readonly rowBytes: number;
  readonly #memory: RowMemory;
  readonly #query = 2 * LIST_BYTES;
  readonly #free: number[] = [];
  #next: number;
  #used = 0;

  constructor(dimensions: number, memory = openRowMemory()) {
    this.rowBytes = 4 * STEP * Math.ceil(dimensions / STEP);
    this.#memory = memory;
    this.#next = this.#query + this.rowBytes;
  }

  /** Rows taken. */
  get size(): number {
    return this.#used;
  }

  /** @returns its place. @throws RangeError when there is no memory left */
  take(vector: Float32Array): number {
    const place = this.#free.pop() ?? this.#grow();
    this.#write(place, vector);
    this.#used += 1;
    return place;
  }

  giveBack(place: number): void {
    this.#free.push(place);
    this.#used -= 1;
  }

  /** @param places at most MOST_AT_ONCE. @returns the products, in order: to be read at once, the next call writes over them. */
  dots(places: readonly number[], query: Float32Array): Float32Array {
    this.#write(this.#query, query);
    new Uint32Array(this.#memory.buffer, 0, places.length).set(places);
    this.#memory.dots(0, places.length, this.rowBytes, this.#query, LIST_BYTES);
    return new Float32Array(this.#memory.buffer, LIST_BYTES, places.length);
  }

  #write(place: number, vector: Float32Array): void {
    this.#reach(place + this.rowBytes);
    const row = new Float32Array(this.#memory.buffer, place, this.rowBytes / 4);
    row.set(vector);
    row.fill(0, vector.length);
  }

  #grow(): number {
    const place = this.#next;
    this.#reach(place + this.rowBytes);
    this.#next += this.rowBytes;
    return place;
  }

  #reach(end: number): void {
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.max(missing, Math.min(GROW_BYTES, this.#memory.buffer.byteLength)));
  }
}
