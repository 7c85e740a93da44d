/** Reads what Envoy tells about a request beside its headers: attributes and dynamic metadata. */
import type { CallerConfig } from "../plugins/config/schema";
import type { HeaderMap } from "../plugins/core/provider";
import type { ProcessingRequest } from "../proto/ext-proc";
import { fromStruct, type StructObject } from "../proto/struct";
import type { CallerEvidence } from "./caller";
import { ATTRIBUTES, JWT_NAMESPACE, NAMESPACE } from "./metadata";

/** Envoy nests the attributes it was asked for under the filter's name. */
const FILTER = "envoy.filters.http.ext_proc";

export function attributesOf(request: ProcessingRequest): StructObject {
  return fromStruct(request.attributes?.[FILTER]);
}

export function ownMetadata(request: ProcessingRequest): StructObject {
  return metadataOf(request, NAMESPACE);
}

/** @param attributes as `attributesOf` reads them */
export function callerEvidence(
  { kind, jwt }: CallerConfig,
  request: ProcessingRequest,
  headers: HeaderMap,
  attributes: StructObject,
): CallerEvidence {
  return {
    headers,
    address: attributes[ATTRIBUTES.sourceAddress],
    jwt: kind === "jwt" ? metadataOf(request, JWT_NAMESPACE)[jwt.metadata_key] : undefined,
    certificate: [attributes[ATTRIBUTES.uriSan], attributes[ATTRIBUTES.dnsSan], attributes[ATTRIBUTES.subject]],
  };
}

function metadataOf(request: ProcessingRequest, namespace: string): StructObject {
  return fromStruct(request.metadataContext?.filterMetadata?.[namespace]);
}
