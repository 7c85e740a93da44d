/** Reads what Envoy tells about a request beside its headers: attributes and dynamic metadata. */
import type { ProcessingRequest } from "../proto/ext-proc";
import { fromStruct, type StructObject } from "../proto/struct";
import { NAMESPACE } from "./metadata";

/** Envoy nests the attributes it was asked for under the filter's name. */
const FILTER = "envoy.filters.http.ext_proc";

export function attributesOf(request: ProcessingRequest): StructObject {
  return fromStruct(request.attributes?.[FILTER]);
}

export function metadataOf(request: ProcessingRequest): Record<string, StructObject> {
  const out: Record<string, StructObject> = {};
  const all = request.metadataContext?.filterMetadata;
  for (const namespace in all) out[namespace] = fromStruct(all[namespace]);
  return out;
}

export function ownMetadata(request: ProcessingRequest): StructObject {
  return fromStruct(request.metadataContext?.filterMetadata?.[NAMESPACE]);
}
