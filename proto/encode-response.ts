import { Writer } from "protobufjs/minimal";
import type { CommonResponse, ProcessingResponse } from "./ext-proc";
import { envoy } from "./generated/messages";

const { ProcessingResponse: Codec } = envoy.service.ext_proc.v3;

/** One message in two pieces: `body`, if any, follows `head` on the wire. `head` starts with the reserved bytes. */
export interface EncodedResponse {
  readonly head: Uint8Array;
  readonly body: Uint8Array | undefined;
}

/** From here on the general encoder's copies cost more than building a second piece. */
const OUTLINE_FROM = 2048;

/** Field numbers on the way from ProcessingResponse to the body's bytes. */
const PATHS = {
  requestHeaders: [1, 1, 3, 1],
  responseHeaders: [2, 1, 3, 1],
  requestBody: [3, 1, 3, 1],
  responseBody: [4, 1, 3, 1],
  immediateResponse: [7, 3],
} as const;

interface Outlined {
  readonly rest: ProcessingResponse;
  readonly path: readonly number[];
  readonly body: Uint8Array;
}

/**
 * Encodes with `reserved` zero bytes in front, for the transport's framing.
 *
 * The general encoder copies a body once for every message it is nested in, and again whenever its buffer grows. So a
 * large body is left out of it and becomes a second piece, behind hand-made tags and lengths. Its outer messages then
 * occur twice on the wire, which protobuf defines as merging the two. Such a body must not be changed until it is sent.
 */
export function encodeResponse(response: ProcessingResponse, reserved: number): EncodedResponse {
  const outlined = outline(response);
  const writer = Writer.create();
  for (let left = reserved; left > 0; left--) writer.bool(false);
  if (outlined === undefined) return { head: Codec.encode(response, writer).finish(true), body: undefined };
  Codec.encode(outlined.rest, writer);
  appendPath(writer, outlined.path, outlined.body.length);
  return { head: writer.finish(true), body: outlined.body };
}

function outline(response: ProcessingResponse): Outlined | undefined {
  if (response.immediateResponse) {
    const { body, ...rest } = response.immediateResponse;
    return isLarge(body) ? { rest: { ...response, immediateResponse: rest }, path: PATHS.immediateResponse, body } : undefined;
  }
  for (const phase of ["requestBody", "responseBody", "requestHeaders", "responseHeaders"] as const) {
    const common = response[phase]?.response;
    if (!common) continue;
    const body = common.bodyMutation?.body;
    return isLarge(body)
      ? { rest: { ...response, [phase]: { response: withoutBody(common) } }, path: PATHS[phase], body }
      : undefined;
  }
  return undefined;
}

function isLarge(body: Uint8Array | null | undefined): body is Uint8Array {
  return body != null && body.length >= OUTLINE_FROM;
}

function withoutBody(common: CommonResponse): CommonResponse {
  const { bodyMutation: _, ...rest } = common;
  return rest;
}

const LENGTH_DELIMITED = 2;

function appendPath(writer: Writer, path: readonly number[], bodyLength: number): void {
  const lengths: number[] = [];
  let inner = bodyLength;
  for (let depth = path.length - 1; depth >= 0; depth--) {
    lengths[depth] = inner;
    // Every field number here is below 16, so every tag is one byte.
    inner += 1 + varintSize(inner);
  }
  path.forEach((field, depth) => {
    writer.uint32((field << 3) | LENGTH_DELIMITED).uint32(lengths[depth] ?? 0);
  });
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}
