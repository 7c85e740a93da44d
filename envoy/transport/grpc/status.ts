import { encodeHeaders } from "../http2/hpack-encoder";

export const GrpcCode = {
  OK: 0,
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;
export type GrpcCode = (typeof GrpcCode)[keyof typeof GrpcCode];

/** Thrown by a handler, it ends the stream with this code and message; any other error says INTERNAL and nothing more. */
export class GrpcError extends Error {
  readonly code: GrpcCode;

  constructor(code: GrpcCode, message: string) {
    super(message);
    this.name = "GrpcError";
    this.code = code;
  }
}

const RESPONSE = { ":status": "200", "content-type": "application/grpc" };
/** Both in one frame must fit what every peer accepts. */
const MAX_MESSAGE_BYTES = 1024;

export const RESPONSE_HEADERS = encodeHeaders(RESPONSE);
export const OK_TRAILERS = encodeHeaders({ "grpc-status": "0" });
export const WRONG_CONTENT_TYPE = encodeHeaders({ ":status": "415" });
export const WRONG_METHOD = encodeHeaders({ ":status": "405", allow: "POST" });

/** `headersSent`: otherwise the status stands in the response headers themselves. */
export function statusTrailers(code: GrpcCode, message: string, headersSent: boolean): Buffer {
  const status: Record<string, string> = { "grpc-status": String(code) };
  if (message !== "") status["grpc-message"] = percentEncode(message);
  return encodeHeaders(headersSent ? status : { ...RESPONSE, ...status });
}

/** UTF-8; everything but printable ASCII is escaped, and so is the percent sign. */
function percentEncode(message: string): string {
  let out = "";
  for (const byte of Buffer.from(message).subarray(0, MAX_MESSAGE_BYTES)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}
