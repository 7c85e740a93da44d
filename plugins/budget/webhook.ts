/** Sends alerts to one URL: signed, tried again when it fails, never in the way of a request. */
import { createHmac } from "node:crypto";
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent, request } from "undici";
import type { Clock } from "../core/clock";
import { guardedLookup, refusedAddress } from "../core/guarded-lookup";
import { USER_AGENT } from "../core/headers";
import { isLinkLocal } from "../core/link-local";
import type { WebhookConfig } from "./config";

export interface WebhookOptions {
  readonly config: WebhookConfig;
  readonly clock: Clock;
  /** Before the second try; doubled each time up to `MAX_WAIT_MS`. */
  readonly firstWaitMs?: number;
  readonly lookup?: LookupFunction;
  random(): number;
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
/** Of an answer, which nobody reads. */
const MAX_ANSWER_BYTES = 64 * 1024;

interface Delivery {
  readonly id: string;
  readonly body: string;
  tries: number;
}

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #agent: Agent;
  #pending = 0;

  /** @throws Error when the URL leads where it may not */
  constructor(options: WebhookOptions) {
    this.#options = options;
    const { url, timeout_ms, allow_link_local } = options.config;
    const host = new URL(url).hostname;
    if (isLinkLocal(host) && !allow_link_local) throw refusedAddress(host);
    const look = options.lookup ?? lookup;
    this.#agent = new Agent({
      connections: CONNECTIONS,
      connect: { timeout: timeout_ms, lookup: allow_link_local ? look : guardedLookup(look), rejectUnauthorized: true },
    });
  }

  /** At once. @param id the same for all tries, so that receivers can tell */
  send(id: string, body: string): void {
    if (this.#pending >= MAX_PENDING) {
      this.#options.ended("dropped", id, `${MAX_PENDING} are waiting`);
      return;
    }
    this.#pending += 1;
    void this.#try({ id, body, tries: 0 });
  }

  async #try(delivery: Delivery): Promise<void> {
    delivery.tries += 1;
    const error = await this.#post(delivery);
    if (error !== undefined && delivery.tries < TRIES) {
      const { firstWaitMs = FIRST_WAIT_MS, random } = this.#options;
      const wait = Math.min(firstWaitMs * 2 ** (delivery.tries - 1), MAX_WAIT_MS);
      setTimeout(() => void this.#try(delivery), wait * (0.75 + random() / 2)).unref();
      return;
    }
    this.#pending -= 1;
    this.#options.ended(error === undefined ? "delivered" : "failed", delivery.id, error);
  }

  /** @returns what went wrong */
  async #post({ id, body }: Delivery): Promise<string | undefined> {
    const { config, clock } = this.#options;
    const seconds = Math.floor(clock.now() / 1000);
    try {
      const { statusCode, body: answer } = await request(config.url, {
        method: "POST",
        dispatcher: this.#agent,
        headers: {
          "content-type": "application/json",
          "user-agent": USER_AGENT,
          "x-graft-delivery": id,
          "x-graft-signature": `t=${seconds},v1=${signature(config.secret, seconds, body)}`,
        },
        body,
        signal: AbortSignal.timeout(config.timeout_ms),
      });
      await answer.dump({ limit: MAX_ANSWER_BYTES });
      return statusCode >= 200 && statusCode < 300 ? undefined : `status ${statusCode}`;
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
    }
  }
}

/** Hex HMAC-SHA256 of `<seconds>.<body>`. */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
}
