/** Streams of events that several readers follow, each at its own place. */
export interface LoggedEvent {
  /** Where to read on from. Opaque: only its store can compare it. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface EventLog {
  /**
   * Adds to a stream, which begins with its first event. The oldest event goes when the stream is longer than the store's bound.
   * @param ttlMs whole, from 1; the stream is forgotten this long after its last event.
   * @returns the event's id. @throws GraftError `unavailable` when the store has no room for it: better than to forget another's.
   */
  append(stream: string, bytes: Uint8Array, ttlMs: number): Promise<string>;
  /**
   * The events after `after`, oldest first, at most `max` of them.
   * @param after an id of this stream, or `LOG_START`.
   * @returns `missed`: events after `after` may be gone, so what follows need not join up with what the reader has.
   */
  read(
    stream: string,
    after: string,
    max: number,
  ): Promise<{ readonly events: readonly LoggedEvent[]; readonly missed: boolean }>;
}

/** The place before a stream's first event. */
export const LOG_START = "0";
