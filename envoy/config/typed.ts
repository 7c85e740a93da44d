/** Small shapes that Envoy's configuration repeats everywhere. */

/** An extension's configuration: a message with the name of its type. */
export function typed<T extends object>(type: string, fields: T): T & { readonly "@type": string } {
  return { "@type": `type.googleapis.com/${type}`, ...fields };
}

/** Envoy writes durations in seconds, with fractions. */
export function duration(ms: number): string {
  return `${ms / 1000}s`;
}

/** The default limits are sized for ordinary services: long answers fill them, and a request over a limit gets no second target. */
export const NO_CIRCUIT_BREAKER = {
  thresholds: [{ max_connections: 100_000, max_pending_requests: 100_000, max_requests: 100_000, max_retries: 100_000 }],
};
