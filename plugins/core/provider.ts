/**
 * A provider codec: what one kind of upstream speaks ↔ neutral values. Pure functions, no I/O, no knowledge of plugins or hosts.
 */
import type { ChatRequest } from "./chat";
import type { GraftError } from "./errors";
import type { ChatEvent, Usage } from "./events";
import type { JsonSource } from "./json-source";

/** Header names are lower case; one value each (repeated headers are joined with ", "). */
export type HeaderMap = Readonly<Record<string, string>>;

/** What a codec needs to know about where a request goes. */
export interface CodecTarget {
  /** The provider's own name for the model. */
  readonly model: string;
  /** Upper bound of answer tokens of this target, from config; used where a provider requires the field. */
  readonly maxOutputTokens?: number;
}

export interface EncodedRequest {
  /** Below the provider's base URL, percent-encoded, with query: `/chat/completions`. */
  readonly path: string;
  /** Dialect headers only (`content-type`, `anthropic-version` …): never credentials. */
  readonly headers: HeaderMap;
  readonly body: Buffer;
  /** Client parameters (OpenAI wire names, e.g. `seed`, `messages[].name`) that this provider cannot honour; no duplicates. */
  readonly dropped: readonly string[];
}

/** Bytes of one streamed answer in, events out. Split anywhere; `end` exactly once, when the body ended cleanly. */
export interface StreamDecoder {
  push(bytes: Uint8Array): ChatEvent[];
  /** Flushes. A stream that stopped before its natural end yields an `error` event, never a made-up finish. */
  end(): ChatEvent[];
}

/** What a decoder must take from outside, so that it stays pure. */
export interface DecodeContext {
  /** A fresh unique id with this prefix, for providers that send none: `call_…`. */
  newId(prefix: string): string;
  /** The model name sent upstream: for answers that do not name one. */
  readonly model: string;
  /** Bound on one stream event or tool-argument string, bytes. */
  readonly maxEventBytes: number;
  /** Names of the request's custom (free-form) tools, for providers that only know functions: their calls read back as custom. */
  readonly customTools?: ReadonlySet<string>;
}

/** Watches an answer that passes through untouched. */
export interface Tap {
  /** The bytes to forward: the same ones, unless a usage chunk nobody asked for must go. */
  push(bytes: Uint8Array): Uint8Array;
  /** @param failure the connection broke off, and why; ignored where the answer was complete by then */
  end(failure?: GraftError): Uint8Array;
  readonly usage: Usage | undefined;
  /** The provider's name for the model, once seen. */
  readonly model: string | undefined;
  /** Set when the answer carried an error in-band or stopped before its natural end. */
  readonly error: GraftError | undefined;
}

export interface PassThrough {
  /** The client dialect this provider speaks itself. */
  readonly dialect: string;
  /** False where the request uses what this provider refuses (other vendors' extensions of the dialect): translate it instead. */
  accepts(source: JsonSource): boolean;
  /** The client's bytes with only `model` (and a forced `include_usage`) changed. */
  encode(source: JsonSource, target: CodecTarget, options: { readonly forceUsage: boolean }): EncodedRequest;
  /** @param options `maxBytes`: what the tap may hold to read it, one line of a stream or the whole answer; more passes unread. */
  tap(options: { readonly streamed: boolean; readonly dropUsageChunk: boolean; readonly maxBytes: number }): Tap;
}

/** What `decode` makes of an answer. */
export interface Embedded {
  /** In the order of the texts, all of one length, finite numbers and not all zeros; not of length 1 with every provider. */
  readonly vectors: readonly Float32Array[];
  /** Of all texts together; absent = the provider did not say. */
  readonly inputTokens: number | undefined;
}

/** Texts → vectors. */
export interface EmbeddingsCodec {
  /** @param dimensions the length wanted, where the model can shorten its vectors. */
  encode(model: string, texts: readonly string[], dimensions?: number): Omit<EncodedRequest, "dropped">;
  /** @param body parsed JSON of a 2xx answer to `count` texts. @throws GraftError `upstream_invalid` unless it holds a vector for each */
  decode(body: unknown, count: number): Embedded;
}

export interface ProviderCodec {
  /** The word in config: `kind: anthropic`. */
  readonly kind: string;
  /** Without trailing slash; paths of `encodeRequest` are appended. */
  readonly defaultBaseUrl: string;
  /** Header that carries the API key, e.g. `authorization`; removed from every request that goes to another provider. */
  readonly credentialHeader: string;
  /** What is sent as the longest answer where neither client nor configuration says one, by providers that require it. */
  maxOutputTokens?(model: string): number;
  credential(apiKey: string): string;
  /** @throws GraftError when the request cannot be expressed at all (400 kinds). */
  encodeRequest(request: ChatRequest, target: CodecTarget): EncodedRequest;
  /** @param body parsed JSON of a 2xx answer. @throws GraftError `upstream_invalid` when it is not an answer. */
  decodeResponse(body: unknown, context: DecodeContext): ChatEvent[];
  decodeStream(context: DecodeContext): StreamDecoder;
  /** Any answer with status ≥ 400; the body may be JSON, HTML or empty. Keeps the provider's message, never its headers. */
  decodeError(status: number, headers: HeaderMap, body: Uint8Array): GraftError;
  readonly passThrough?: PassThrough;
  /** Absent = it makes none. */
  readonly embeddings?: EmbeddingsCodec;
}
