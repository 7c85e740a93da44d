import { Reader } from "protobufjs/minimal";
import type { ProcessingRequest } from "./ext-proc";
import { envoy } from "./generated/messages";

const { ProcessingRequest: Codec } = envoy.service.ext_proc.v3;

/** Bodies and raw header values are views of `bytes`, not copies. */
export function decodeRequest(bytes: Uint8Array): ProcessingRequest {
  const reader = Reader.create(bytes);
  // A newer Envoy may send fields that are not in our .proto; keeping them costs and nobody reads them.
  reader.discardUnknown = true;
  return Codec.decode(reader);
}
