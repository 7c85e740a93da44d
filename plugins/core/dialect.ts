/** A client dialect: what applications speak ↔ neutral values. Pure; one instance serves all exchanges. */
import type { NeutralRequest } from "./chat";
import type { GraftError } from "./errors";
import type { ChatEvent } from "./events";
import type { JsonSource } from "./json-source";
import type { HeaderMap } from "./provider";

/** What routing needs before anything else is decoded. */
export interface RequestHead {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The client used the deprecated `functions` of chat completions, so it reads `function_call` in the answer. */
  readonly legacyFunctions?: boolean;
}

/** Events in, the client's stream bytes out (as text). */
export interface StreamEncoder {
  push(event: ChatEvent): string;
  /** The natural end (`data: [DONE]`); never called after an `error` event. */
  end(): string;
}

export interface EncodeContext {
  readonly includeUsage: boolean;
  /** Unix seconds, for providers that do not say when. */
  readonly created: number;
  /** See RequestHead.legacyFunctions. */
  readonly legacyFunctions?: boolean;
  newId(prefix: string): string;
}

export interface Dialect {
  readonly name: string;
  /** Path suffix of this dialect's one endpoint, e.g. `/chat/completions`. */
  readonly path: string;
  /** Cheap checks only: model, messages and stream have the right types. @throws GraftError 400 kinds. */
  head(source: JsonSource): RequestHead;
  /**
   * The field that refers to data kept at the provider (`store`, a file id …), if any. Callers share our key, so such data would
   * cross tenants.
   */
  providerState(source: JsonSource): string | undefined;
  /** The whole request. @throws GraftError 400 kinds, with `param` naming the field. */
  decodeRequest(source: JsonSource): NeutralRequest;
  /** A whole answer as one JSON document. @throws the GraftError of an `error` event among them. */
  encodeResponse(events: readonly ChatEvent[], context: EncodeContext): string;
  encodeStream(context: EncodeContext): StreamEncoder;
  encodeError(error: GraftError): { readonly headers: HeaderMap; readonly body: string };
}
