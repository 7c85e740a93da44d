/**
 * Single flight: of several exchanges that ask the same at the same time, one calls the provider and the others share its answer,
 * within a process and, over shared stores, across replicas.
 */
import type { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { Entry } from "../entry";

/** What is known of an answer beside its words. */
export interface AnswerFacts extends Pick<Entry, "storedAt" | "target" | "usage" | "nanos" | "dropped">, Landing {}

/** Of an answer that the cache had, what it is if it is no plain hit. */
export interface Landing {
  readonly found?: "stale" | "semantic";
  readonly similarity?: number;
}

/**
 * Calls the provider. Ends by one of `land`, `end` and `fail`, whichever comes first; all others are then without effect, so `fail` may
 * always be called when the exchange is over.
 */
export interface Leader {
  readonly role: "leader";
  /** The cache has the answer after all: the followers get it. */
  land(entry: Entry, as?: Landing): void;
  /**
   * The cache has it not. Before the provider is called, by promoted leaders as well; the second time it does nothing.
   * @param reread looks into the cache once more: another replica may have ended its call since this exchange looked
   * @param away the stores have just failed this exchange: it does not wait for them a second time, and leads in this process alone
   * @returns undefined: call the provider. Else this is no leader any more: another replica calls it, or `reread` found the entry, which
   * the follower then has at once. Never rejects, and waits no longer than the stores take to answer.
   */
  takeOff(reread: () => Promise<Entry | undefined>, away?: boolean): Promise<Follower | undefined>;
  /** As it comes in. Not for errors, which `restart` and `fail` are for. */
  push(event: ChatEvent): void;
  /** An attempt failed and another one follows: what was pushed is forgotten, and followers who have some of it break off. */
  restart(): void;
  /**
   * The answer is complete.
   * @param entry as it was stored, from when on newcomers find it in the cache; undefined: it is not to be stored
   * @returns when other replicas have been told, as far as they can be; never rejects
   */
  end(entry: Entry | undefined): Promise<void>;
  /**
   * It came to nothing: followers with something of it break off. Of those without, one takes over.
   * @param error no target can answer this, who ever asks: they are all told so, here
   */
  fail(error?: GraftError): void;
  /** Somebody waits for it or reads along, also elsewhere as far as known: worth going on without an own client. */
  readonly followed: boolean;
}

export interface Follower {
  readonly role: "follower";
  /**
   * One call at a time. Never rejects.
   * @param whole until the answer is complete, else until its first word
   * @returns a leader: the call came to nothing, and this exchange is to make it. undefined: that took longer than `waitMs`, or there is
   * no room to keep the answer for newcomers; this exchange makes a call of its own that nobody follows. An error: the call failed, as
   * this exchange's own would.
   */
  ready(whole: boolean): Promise<"ready" | Leader | GraftError | undefined>;
  /** After `ready`, once. All there is, then live. @throws GraftError `upstream_failed` when the answer broke off */
  events(): AsyncIterable<readonly ChatEvent[]>;
  /** Of a complete and stored answer. */
  readonly entry: AnswerFacts | undefined;
  /** The client is gone, or needs it no more. May be called at any time. A leader that `ready` gave is ended by its own `fail`. */
  leave(): void;
}
