import type Server from "kong-pdk/server";
import type { Clock } from "../../plugins/core/clock";

export interface EventLimits {
  /** Phases running at one time, over all connections. */
  readonly maxEvents: number;
  /**
   * How long a phase may stand still, whether the plugin waits for Kong or Kong for the plugin. Below Kong's read timeout
   * of 60 s: after that one Kong keeps the connection and would take our late answer for that of its next call.
   */
  readonly stepTimeoutMs: number;
}

export class TooManyEventsError extends Error {
  override readonly name = "TooManyEventsError";
}

export interface Pending {
  readonly answer: Promise<unknown>;
  /** The event the answer belongs to; absent for calls outside a phase. */
  readonly eventId?: number;
}

interface PhaseEvent {
  readonly pipe: Server.Pipe;
  /** Refuses Kong's call. Absent while it is the plugin that waits. */
  fail: ((error: Error) => void) | undefined;
  /** For the log: the phase, or the PDK call it made last. */
  at: string;
  changedAt: number;
}

/** With these the phase is over for Kong: it sends no step any more. */
const LAST_CALLS: ReadonlySet<unknown> = new Set(["kong.response.exit", "kong.response.error"]);

/**
 * The phases that run. kong-pdk forgets only those that end with a step; here each one ends: by its last answer, with the
 * connection Kong waits on, or after standing still for too long (Kong never says that a PDK call failed).
 */
export class PhaseEvents {
  readonly #server: Server;
  readonly #limits: EventLimits;
  readonly #clock: Clock;
  readonly #events = new Map<number, PhaseEvent>();

  constructor(server: Server, limits: EventLimits, clock: Clock) {
    this.#server = server;
    this.#limits = limits;
    this.#clock = clock;
  }

  get size(): number {
    return this.#events.size;
  }

  /** After an answer: whether Kong has to send a step. */
  has(id: number): boolean {
    return this.#events.has(id);
  }

  /** @throws TooManyEventsError */
  start(instanceId: number, phase: string): Pending {
    if (this.#events.size >= this.#limits.maxEvents) {
      throw new TooManyEventsError(`more than ${this.#limits.maxEvents} plugin phases at one time`);
    }
    const id = this.#server.eventID;
    const answer = this.#server.HandleEvent({ InstanceId: instanceId, EventName: phase });
    const pipe = this.#server.events.get(id);
    // Without one it was refused, and the answer says why.
    if (pipe === undefined) return { answer };
    const event: PhaseEvent = { pipe, fail: undefined, at: `phase ${phase}`, changedAt: 0 };
    this.#events.set(id, event);
    return { answer: this.#follow(id, event, answer), eventId: id };
  }

  /** Kong's answer to a PDK call. @throws Error for an event that is over, or that asked nothing */
  step(id: number, result: unknown, failed = false): Pending {
    const event = this.#events.get(id);
    if (event === undefined) throw new Error(`event id ${id} not found`);
    // kong-pdk would keep the result and give it to the phase's next PDK call, whatever that asks.
    if (event.fail) throw new Error(`event id ${id} awaits no step`);
    const step = { EventId: id, Data: result };
    const answer = failed ? this.#server.StepError(step) : this.#server.Step(step);
    return { answer: this.#follow(id, event, answer), eventId: id };
  }

  /** Nobody will take this event further: the PDK call its plugin waits in, or makes next, fails. */
  abandon(id: number, reason: string): void {
    const event = this.#events.get(id);
    if (event === undefined) return;
    this.#forget(id);
    const error = new Error(reason);
    if (event.fail) event.fail(error);
    else event.pipe.put([undefined, reason]);
  }

  abandonAll(reason: string): void {
    for (const id of this.#events.keys()) this.abandon(id, reason);
  }

  /** Ends what stands still. Answers how many and, as an example, where the last of them stood. */
  expire(): { readonly count: number; readonly example: string } {
    const before = this.#clock.monotonic() - this.#limits.stepTimeoutMs;
    let count = 0;
    let example = "";
    for (const [id, event] of this.#events) {
      if (event.changedAt > before) continue;
      count += 1;
      example = event.at;
      this.abandon(id, `${event.at} stood still for ${this.#limits.stepTimeoutMs} ms`);
    }
    return { count, example };
  }

  #follow(id: number, event: PhaseEvent, answer: Promise<Server.PhaseStep>): Promise<Server.PhaseStep> {
    return new Promise((resolve, reject) => {
      event.fail = reject;
      event.changedAt = this.#clock.monotonic();
      answer.then((step) => {
        const method = askedOfKong(step.Data);
        if (this.#events.get(id) !== event) {
          if (method !== undefined) event.pipe.put([undefined, "Kong no longer waits for this phase"]);
          return;
        }
        event.fail = undefined;
        if (method === undefined) this.#forget(id);
        else {
          event.at = method;
          event.changedAt = this.#clock.monotonic();
        }
        resolve(step);
      }, reject);
    });
  }

  #forget(id: number): void {
    this.#events.delete(id);
    this.#server.events.delete(id);
  }
}

/** The PDK call whose result the plugin waits for; undefined when the phase is over for Kong. */
function askedOfKong(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null || !("Method" in data)) return undefined;
  const method = data.Method;
  return LAST_CALLS.has(method) ? undefined : String(method);
}
