/** Brings together what Kong and Graft know of one request, whichever comes first. */
import type { ExchangeRecord } from "../plugins/core/record";

/** Waiting for their other half, each way; the oldest goes first. Requests that Graft never saw wait for none. */
const MAX_WAITING = 10_000;

type Join = (record: ExchangeRecord) => void;

export class Joins {
  readonly #records = new Map<string, ExchangeRecord>();
  readonly #waiting = new Map<string, Join>();
  #wanted = false;

  /** From now on records are kept for `kong`. */
  want(): void {
    this.#wanted = true;
  }

  /** An exchange has ended. */
  record(record: ExchangeRecord): void {
    if (!this.#wanted) return;
    const join = this.#waiting.get(record.request_id);
    if (join === undefined) keep(this.#records, record.request_id, record);
    else {
      this.#waiting.delete(record.request_id);
      join(record);
    }
  }

  /** Kong has logged the request. @param join called once, now or later; never when Graft had nothing to do with it */
  kong(requestId: string, join: Join): void {
    const record = this.#records.get(requestId);
    if (record === undefined) keep(this.#waiting, requestId, join);
    else {
      this.#records.delete(requestId);
      join(record);
    }
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  const oldest = map.keys().next();
  if (map.size >= MAX_WAITING && oldest.done === false) map.delete(oldest.value);
  map.set(key, value);
}
