import type { RequestHeaders } from "./request-headers";
import type { Http2Stream, StreamEvents } from "./stream";

export interface ConnectionOptions {
  readonly maxConcurrentStreams: number;
  /** Received bytes of one stream, and of all, that may be on their way or waiting. */
  readonly streamWindow: number;
  readonly connectionWindow: number;
  accept(stream: Http2Stream, headers: RequestHeaders): StreamEvents;
  failed(error: unknown): void;
}
