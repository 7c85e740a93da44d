/** An answer as one piece of bytes, to travel between processes. */
import type { ProcessingResponse } from "./ext-proc";
import { envoy } from "./generated/messages";

const { ProcessingResponse: Codec } = envoy.service.ext_proc.v3;

export function encodeWhole(response: ProcessingResponse): Uint8Array {
  return Codec.encode(response).finish();
}

export function decodeResponse(bytes: Uint8Array): ProcessingResponse {
  return Codec.decode(bytes);
}
