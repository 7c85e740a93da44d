import type { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { Flight } from "./flight";
import type { Reader } from "./reader";
import type { AnswerFacts, Follower, Leader } from "./roles";

type Ready = "ready" | Leader | GraftError | undefined;

interface Asked {
  readonly whole: boolean;
  readonly timer: NodeJS.Timeout;
  resolve(ready: Ready): void;
}

/** One exchange that waits for a flight, then reads one recording of it and no other. */
export class FlightFollower implements Follower {
  readonly role = "follower";
  #flight: Flight;
  #asked: Asked | undefined;
  #reader: Reader | undefined;
  #gone = false;
  #refused: GraftError | undefined;

  constructor(flight: Flight) {
    this.#flight = flight;
    flight.waiting.add(this);
  }

  get entry(): AnswerFacts | undefined {
    return this.#reader?.facts;
  }

  ready(whole: boolean): Promise<Ready> {
    if (this.#reader !== undefined) return Promise.resolve("ready");
    if (this.#gone) return Promise.resolve(this.#refused);
    this.#rejoin();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(undefined), this.#flight.parts.waitMs);
      this.#asked = { whole, timer, resolve };
      this.look();
    });
  }

  refuse(error: GraftError): void {
    this.#refused = error;
    this.#answer(error);
  }

  /** Whether there is something for it now. */
  look(): void {
    const { recording, stranded } = this.#flight;
    if (this.#asked === undefined) return;
    if (recording.closed) this.#answer(undefined);
    else if (recording.state === "complete" || (recording.spoken && !this.#asked.whole)) {
      this.#reader = recording.read();
      this.#answer("ready");
    } else if (stranded) this.#answer(this.#flight.lead(true));
  }

  events(): AsyncIterable<readonly ChatEvent[]> {
    if (this.#reader === undefined) throw new Error("events() before ready()");
    return this.#reader.events();
  }

  leave(): void {
    this.#answer(undefined);
    this.#reader?.cut("left");
  }

  #answer(ready: Ready): void {
    if (ready !== "ready") this.#gone = true;
    this.#flight.waiting.delete(this);
    clearTimeout(this.#asked?.timer);
    this.#asked?.resolve(ready);
    this.#asked = undefined;
  }

  /** It was stranded while nobody asked, and others may have begun anew. */
  #rejoin(): void {
    const { stranded, key, parts } = this.#flight;
    const open = stranded ? parts.open.get(key) : undefined;
    if (open === undefined) return;
    this.#flight.waiting.delete(this);
    this.#flight = open;
    open.waiting.add(this);
  }
}
