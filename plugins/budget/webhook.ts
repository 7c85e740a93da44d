/** Sends alerts to one URL: signed, tried again when it fails, never in the way of a request. */
import type { LookupFunction } from "node:net";
import type { Clock } from "../core/clock";
import { JsonEndpoint } from "../web-calls/json-endpoint";
import type { WebhookConfig } from "./config";

export interface WebhookOptions {
  readonly config: WebhookConfig;
  readonly clock: Clock;
  /** Before the second try; doubled each time up to `MAX_WAIT_MS`. */
  readonly firstWaitMs?: number;
  readonly lookup?: LookupFunction;
  random(): number;
  /** Of the process: the webhook stands in it while something is to be delivered. */
  readonly atEnd: Set<() => Promise<void>>;
  /** @param error the last one; never holds the URL, which may be a secret itself */
  ended(result: "delivered" | "failed" | "dropped", id: string, error: string | undefined): void;
}

/** The last one about 20 minutes after the first. */
const TRIES = 12;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 300_000;
/** Waiting or on their way; more are dropped. */
const MAX_PENDING = 1000;
const CONNECTIONS = 4;
/** For all that is pending when the process ends, so that it does end. */
const LAST_MS = 3000;

interface Delivery {
  readonly id: string;
  readonly body: string;
  tries: number;
  /** Ends the waiting before the next try. */
  wake: (() => void) | undefined;
}

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #endpoint: JsonEndpoint;
  readonly #pending = new Map<Delivery, Promise<void>>();
  #ending = false;

  /** @throws Error when the URL leads where it may not */
  constructor(options: WebhookOptions) {
    this.#options = options;
    const { url, secret, timeout_ms, allow_link_local } = options.config;
    this.#endpoint = new JsonEndpoint({
      url,
      secret,
      timeoutMs: timeout_ms,
      allowLinkLocal: allow_link_local,
      connections: CONNECTIONS,
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    });
  }

  /** At once. @param id the same for all tries, so that receivers can tell */
  send(id: string, body: string): void {
    const { ended, atEnd } = this.#options;
    if (this.#pending.size >= MAX_PENDING) {
      ended("dropped", id, `${MAX_PENDING} are waiting`);
      return;
    }
    const delivery: Delivery = { id, body, tries: 0, wake: undefined };
    this.#pending.set(delivery, this.#deliver(delivery));
    atEnd.add(this.#lastTries);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    let error = await this.#post(delivery);
    while (error !== undefined && delivery.tries < TRIES) {
      await this.#wait(delivery);
      error = await this.#post(delivery);
    }
    this.#pending.delete(delivery);
    if (this.#pending.size === 0) this.#options.atEnd.delete(this.#lastTries);
    this.#options.ended(error === undefined ? "delivered" : "failed", delivery.id, error);
  }

  #wait(delivery: Delivery): Promise<void> {
    const { firstWaitMs = FIRST_WAIT_MS, random } = this.#options;
    const wait = this.#ending ? 0 : Math.min(firstWaitMs * 2 ** (delivery.tries - 1), MAX_WAIT_MS) * (0.75 + random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait).unref();
      delivery.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Whatever waits is tried once more, now: this process will not be there later. */
  readonly #lastTries = async (): Promise<void> => {
    this.#ending = true;
    for (const delivery of this.#pending.keys()) {
      delivery.tries = TRIES - 1;
      delivery.wake?.();
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_MS);
    });
    await Promise.race([late, Promise.all(this.#pending.values())]);
    clearTimeout(timer);
  };

  /** @returns what went wrong */
  async #post(delivery: Delivery): Promise<string | undefined> {
    const { id, body } = delivery;
    delivery.tries += 1;
    try {
      const { status } = await this.#endpoint.post(body, { now: this.#options.clock.now(), id });
      return status >= 200 && status < 300 ? undefined : `status ${status}`;
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
    }
  }
}
