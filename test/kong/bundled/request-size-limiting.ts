import { errorAnswer } from "../exit";
import type { BundledPlugin } from "./plugin";

const UNITS: Readonly<Record<string, number>> = { megabytes: 1_048_576, kilobytes: 1024, bytes: 1 };

export const requestSizeLimiting: BundledPlugin = {
  name: "request-size-limiting",
  priority: 951,
  schema: {
    type: "record",
    fields: [
      { allowed_payload_size: { type: "integer", default: 128 } },
      { size_unit: { type: "string", required: true, default: "megabytes", one_of: Object.keys(UNITS) } },
      { require_content_length: { type: "boolean", required: true, default: false } },
    ],
  },
  async access(config, request) {
    const limit = Number(config["allowed_payload_size"]) * (UNITS[String(config["size_unit"])] ?? 1);
    const length = request.headers.get("content-length");
    if (length === undefined && config["require_content_length"] === true)
      throw errorAnswer(411, request.requestId, "A valid Content-Length header is required");
    const size = length === undefined ? (await request.readBody()).length : Number(length);
    if (size > limit) throw errorAnswer(413, request.requestId, "Request size limit exceeded");
  },
};
