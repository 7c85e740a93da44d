/** Same dialect on both sides: the client's bytes go on with `model` (and a forced `include_usage`) spliced in. */
import { type JsonSource, spliceJson } from "../../core/json-source";
import type { CodecTarget, EncodedRequest, PassThrough } from "../../core/provider";
import { objectAt } from "../../core/read-json";
import { DIALECT } from "./encode-part";
import { HEADERS, PATH } from "./encode-request";
import { StreamTap } from "./stream-tap";
import { usesVendorFields } from "./vendor-fields";
import { WholeTap } from "./whole-tap";

/** @param extensions see OpenaiCompatibleOptions. */
export function passThrough(extensions: boolean): PassThrough {
  return {
    dialect: DIALECT,
    accepts: ({ value }) => extensions || !usesVendorFields(value),
    encode,
    tap: ({ streamed, dropUsageChunk, maxBytes }) =>
      streamed ? new StreamTap(dropUsageChunk, maxBytes) : new WholeTap(maxBytes),
  };
}

function encode(source: JsonSource, target: CodecTarget, { forceUsage }: { readonly forceUsage: boolean }): EncodedRequest {
  const changes = new Map<string, string>();
  if (source.value["model"] !== target.model) changes.set("model", JSON.stringify(target.model));
  const options = objectAt(source.value, "stream_options");
  if (forceUsage && source.value["stream"] === true && options?.["include_usage"] !== true) {
    changes.set("stream_options", JSON.stringify({ ...options, include_usage: true }));
  }
  const body = changes.size === 0 ? source.bytes : spliceJson(source, changes);
  return { path: PATH, headers: HEADERS, body, dropped: [] };
}
