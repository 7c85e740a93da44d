/** Entries looked at per call. A call adds fewer than this, so the walk catches up with whatever is added. */
const STEPS = 16;

/**
 * Forgets what a map needs no more, a few entries at every call, in turn: no timer, no pause, and an entry that is done with is
 * gone after at most size / STEPS calls.
 */
export class Sweep<Value> {
  readonly #map: Map<string, Value>;
  #cursor: IterableIterator<[string, Value]>;

  constructor(map: Map<string, Value>) {
    this.#map = map;
    this.#cursor = map.entries();
  }

  step(isDone: (value: Value) => boolean): void {
    for (let step = 0; step < STEPS; step += 1) {
      const next = this.#cursor.next();
      if (next.done === true) {
        this.#cursor = this.#map.entries();
        return;
      }
      const [key, value] = next.value;
      if (isDone(value)) this.#map.delete(key);
    }
  }
}
