/**
 * Attempts whose key a provider refused or limited. Envoy tells of each one before it goes on to the next target (the filter
 * `graft.refused` of envoy/config), so that the key can rest from then on, also where the client never hears of the failure.
 */
import type { HeaderMap } from "../plugins/core/provider";
import type { ProcessingRequest } from "../proto/ext-proc";
import { readHeaders } from "../proto/header-map";
import type { StructObject } from "../proto/struct";
import { attributesOf, ownMetadata } from "./evidence";
import { tellOwner } from "./hand-off";
import type { HostContext } from "./host-context";
import { ATTRIBUTES } from "./metadata";
import type { ProcessStream, StreamHandler } from "./transport";

export interface RefusedAttempt {
  /** Id of the exchange; it may live in another process. */
  readonly exchange: string;
  /** Hand-off socket of the process that holds it. */
  readonly owner: string;
  /** 1, 2, 3 … */
  readonly number: number;
  readonly provider: string;
  /** Of the key in the provider's `api_keys`. */
  readonly keyIndex: number;
  /** 401, 402, 403 or 429. */
  readonly status: number;
  /** Of the provider's answer. */
  readonly headers: HeaderMap;
}

/** Rests the key where the exchange lives; where that is another process, in our own ring of the same keys as well. */
export async function restKey({ exchanges, gateway, handOffPath }: HostContext, attempt: RefusedAttempt): Promise<void> {
  const { exchange, owner, number, provider, keyIndex, status, headers } = attempt;
  const pipeline = exchanges.find(exchange);
  if (pipeline !== undefined) {
    pipeline.attemptFailed(number, status, headers);
    return;
  }
  const named = gateway().providers.get(provider);
  named?.keys.rest(keyIndex, status, named.codec.decodeError(status, headers, Buffer.alloc(0)).options.retryAfterMs);
  await tellOwner(handOffPath, owner, { id: exchange, number, status, headers });
}

export class RefusedAttempts implements StreamHandler {
  readonly #stream: ProcessStream;
  readonly #onRefused: (attempt: RefusedAttempt) => Promise<void>;

  constructor(stream: ProcessStream, onRefused: (attempt: RefusedAttempt) => Promise<void>) {
    this.#stream = stream;
    this.#onRefused = onRefused;
  }

  /** Answers when the key rests: Envoy holds the next attempt, which may go to the same provider, until then. */
  async message(request: ProcessingRequest): Promise<void> {
    const attempt = readRefusedAttempt(request);
    if (attempt !== undefined) await this.#onRefused(attempt);
    this.#stream.send({ responseHeaders: {} });
  }

  close(): void {}
}

/** `undefined` where the attempt carried no key of ours: a provider without keys, or a request that Graft never saw. */
export function readRefusedAttempt(request: ProcessingRequest): RefusedAttempt | undefined {
  const metadata = ownMetadata(request);
  const { id: exchange, owner } = metadata;
  const number = attributesOf(request)[ATTRIBUTES.attemptCount];
  if (typeof exchange !== "string" || typeof owner !== "string" || typeof number !== "number") return undefined;
  const key = keyOf(metadata, number);
  if (key === undefined) return undefined;
  const headers = readHeaders(request.responseHeaders?.headers);
  return { exchange, owner, number, ...key, status: Number(headers[":status"]), headers };
}

/** The reverse of `attemptKey` in metadata.ts. */
function keyOf(metadata: StructObject, number: number): { readonly provider: string; readonly keyIndex: number } | undefined {
  const written = metadata[`k${number}`];
  if (typeof written !== "string") return undefined;
  const [provider = "", index = ""] = written.split("#");
  return provider !== "" && /^\d+$/.test(index) ? { provider, keyIndex: Number(index) } : undefined;
}
