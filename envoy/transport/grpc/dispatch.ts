import { ErrorCode } from "../http2/constants";
import type { RequestHeaders } from "../http2/request-headers";
import { type Http2Stream, NOBODY, type StreamEvents } from "../http2/stream";
import { type CallLimits, GrpcCall, type OpenCall } from "./call";
import { GrpcCode, WRONG_CONTENT_TYPE, WRONG_METHOD } from "./status";

const CONTENT_TYPE = /^application\/grpc(?:\+proto)?(?:;|$)/;

/** Gives each stream to the method its path names. */
export function createDispatch(methods: ReadonlyMap<string, OpenCall>, limits: CallLimits) {
  return (stream: Http2Stream, headers: RequestHeaders): StreamEvents => {
    if (headers.get(":method") !== "POST") return refuse(stream, WRONG_METHOD);
    if (!CONTENT_TYPE.test(headers.get("content-type") ?? "")) return refuse(stream, WRONG_CONTENT_TYPE);
    const call = new GrpcCall(stream, headers, limits);
    const open = methods.get(headers.get(":path") ?? "");
    if (open) call.open(open);
    else call.fail(GrpcCode.UNIMPLEMENTED, "unknown method");
    return call;
  };
}

function refuse(stream: Http2Stream, headers: Buffer): StreamEvents {
  stream.end(headers);
  if (!stream.closed) stream.reset(ErrorCode.NO_ERROR);
  return NOBODY;
}
