/** The HTTP client of the relay: one call to one provider, with its limits, its pool and its failures. HTTP/1.1 only. */
export type { AnswerReader, CallLimits, ProviderAnswer, ProviderCall } from "./provider-call";
export { Upstream, type UpstreamOptions } from "./upstream";
