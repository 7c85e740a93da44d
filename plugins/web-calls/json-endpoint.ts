/** One URL of the configuration that JSON is posted to: webhooks, analyzers, moderation. Signed where there is a secret. */
import { createHmac } from "node:crypto";
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { Agent } from "undici";
import { guardedLookup, refusedAddress } from "../core/guarded-lookup";
import { USER_AGENT } from "../core/headers";
import { isLinkLocal } from "../core/link-local";
import { offlineError } from "./offline";

export interface JsonEndpointOptions {
  readonly url: string;
  /** Of the whole call, connecting included. */
  readonly timeoutMs: number;
  readonly allowLinkLocal: boolean;
  /** Signs each body. */
  readonly secret?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections?: number;
  readonly lookup?: LookupFunction;
}

export interface PostOptions {
  /** Milliseconds since 1970; goes into the signature. */
  readonly now: number;
  /** Sent as `x-graft-delivery`: the same for each try, so that receivers can tell, and random, so that a signature serves once. */
  readonly id: string;
  readonly signal?: AbortSignal;
}

export interface JsonAnswer {
  readonly status: number;
  /** UTF-8, not more than `MAX_ANSWER_BYTES`. */
  readonly text: string;
}

/** Read when an endpoint is configured. */
const undici = (): typeof import("undici") => require("undici");

const CONNECTIONS = 32;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export class JsonEndpoint {
  readonly #options: JsonEndpointOptions;
  readonly #agent: Agent;

  /** @throws Error when the URL leads where it may not */
  constructor(options: JsonEndpointOptions) {
    this.#options = options;
    const { url, timeoutMs, allowLinkLocal, connections = CONNECTIONS, lookup: look = lookup } = options;
    const host = new URL(url).hostname;
    if (isLinkLocal(host) && !allowLinkLocal) throw refusedAddress(host);
    this.#agent = new (undici().Agent)({
      connections,
      connect: { timeout: timeoutMs, lookup: allowLinkLocal ? look : guardedLookup(look), rejectUnauthorized: true },
    });
  }

  /** Redirects are not followed. @throws Error that does not hold the URL, which may be a secret itself */
  async post(body: string, { now, id, signal }: PostOptions): Promise<JsonAnswer> {
    const { url, timeoutMs, secret, headers } = this.#options;
    const refused = offlineError(url);
    if (refused !== undefined) throw refused;
    const seconds = Math.floor(now / 1000);
    const timeout = AbortSignal.timeout(timeoutMs);
    const { statusCode, body: answer } = await undici().request(url, {
      method: "POST",
      dispatcher: this.#agent,
      headers: {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "x-graft-delivery": id,
        ...(secret === undefined ? {} : { "x-graft-signature": `t=${seconds},v1=${signature(secret, seconds, body)}` }),
        ...headers,
      },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
      pieces.push(piece);
    }
    return { status: statusCode, text: Buffer.concat(pieces).toString("utf8") };
  }
}

/** Hex HMAC-SHA256 of `<seconds>.<body>`. */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
}
