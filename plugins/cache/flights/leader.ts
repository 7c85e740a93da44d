import type { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { Entry } from "../entry";
import type { Flight } from "./flight";
import type { Follower, Landing, Leader } from "./roles";

/** A flight in one exchange's hands, until it ends or is another's. */
export class FlightLeader implements Leader {
  readonly role = "leader";
  /** Others have led before. */
  readonly promoted: boolean;
  readonly #flight: Flight;

  constructor(flight: Flight, promoted: boolean) {
    this.#flight = flight;
    this.promoted = promoted;
  }

  get followed(): boolean {
    return this.#leads && this.#flight.followed;
  }

  land(entry: Entry, as?: Landing): void {
    if (this.#leads) this.#flight.land(entry, as);
  }

  async takeOff(reread: () => Promise<Entry | undefined>, away = false): Promise<Follower | undefined> {
    return this.#leads ? this.#flight.takeOff(this, reread, away) : undefined;
  }

  push(event: ChatEvent): void {
    if (this.#leads) this.#flight.push(event);
  }

  restart(): void {
    if (this.#leads) this.#flight.restart();
  }

  async end(entry: Entry | undefined): Promise<void> {
    if (this.#leads) await this.#flight.end(entry);
  }

  fail(error?: GraftError): void {
    if (this.#leads) this.#flight.fail(error);
  }

  get #leads(): boolean {
    return this.#flight.isLedBy(this);
  }
}
