import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { decodeRequest } from "../../proto/decode-request";
import { encodeResponse } from "../../proto/encode-response";
import type { ProcessingResponse } from "../../proto/ext-proc";
import { envoy } from "../../proto/generated/messages";
import { setHeader } from "../../proto/header-map";

const { ProcessingRequest, ProcessingResponse: ResponseCodec } = envoy.service.ext_proc.v3;

/** A second reader, made from the .proto at run time. */
const reflected = protobuf
  .loadSync(join(__dirname, "../../proto/ext_proc.proto"))
  .lookupType("envoy.service.ext_proc.v3.ProcessingResponse");

function encode(response: ProcessingResponse, reserved = 0): Buffer {
  const { head, body } = encodeResponse(response, reserved);
  return Buffer.concat(body ? [head, body] : [head]);
}

function read(bytes: Uint8Array): object {
  return reflected.toObject(reflected.decode(bytes), { bytes: Buffer });
}

/** What Envoy 1.40 declares, written by hand: a change of a number here is a change of the protocol. */
describe("field numbers", () => {
  test("of an answer to a body", () => {
    const common = {
      status: 1,
      headerMutation: { removeHeaders: ["a"] },
      bodyMutation: { body: Buffer.from("b") },
      clearRouteCache: true,
    };
    expect(encode({ requestBody: { response: common } }).toString("hex")).toBe("1a100a0e080112031201611a030a01622801");
    expect(encode({ responseBody: { response: { bodyMutation: { clearBody: true } } } }).toString("hex")).toBe(
      "22060a041a021001",
    );
  });

  test("of answers to headers and trailers", () => {
    const setHeaders = [{ header: { key: "k", rawValue: Buffer.from("v") }, appendAction: 2, keepEmptyValue: true }];
    expect(encode({ requestHeaders: { response: { headerMutation: { setHeaders } } } }).toString("hex")).toBe(
      "0a120a10120e0a0c0a060a016b1a0176180220 01".replace(" ", ""),
    );
    expect(encode({ responseHeaders: {} }).toString("hex")).toBe("1200");
    expect(encode({ requestTrailers: {} }).toString("hex")).toBe("2a00");
    expect(encode({ responseTrailers: { headerMutation: {} } }).toString("hex")).toBe("32020a00");
  });

  test("of an immediate response", () => {
    const immediateResponse = {
      status: { code: 429 },
      headers: {},
      body: Buffer.from("b"),
      grpcStatus: { status: 8 },
      details: "d",
    };
    expect(encode({ immediateResponse }).toString("hex")).toBe("3a110a0308ad0312001a01622202080 82a0164".replace(" ", ""));
  });

  test("of metadata, modes and timeouts", () => {
    const modes = {
      requestHeaderMode: 1,
      responseHeaderMode: 2,
      requestBodyMode: 1,
      responseBodyMode: 2,
      requestTrailerMode: 1,
      responseTrailerMode: 2,
    };
    expect(encode({ modeOverride: modes }).toString("hex")).toBe("4a0c080110021801200228013002");
    expect(encode({ overrideMessageTimeout: { seconds: 3 } }).toString("hex")).toBe("52020803");
    expect(encode({ dynamicMetadata: { fields: { a: { boolValue: true } } } }).toString("hex")).toBe("42090a070a016112022001");
    expect(encode({ streamedImmediateResponse: { bodyResponse: { endOfStream: true } } }).toString("hex")).toBe("5a0412021001");
  });

  test("of a request", () => {
    const fromHex = (hex: string) => decodeRequest(Buffer.from(hex, "hex"));
    expect(fromHex("120d0a090a070a016b1a02767618 01".replace(" ", "")).requestHeaders).toMatchObject({
      headers: { headers: [{ key: "k", rawValue: Buffer.from("vv") }] },
      endOfStream: true,
    });
    expect(fromHex("1a00").responseHeaders).toBeTruthy();
    expect(fromHex("22050a01621001").requestBody).toMatchObject({ body: Buffer.from("b"), endOfStream: true });
    expect(fromHex("2a00").responseBody).toBeTruthy();
    expect(fromHex("3200").requestTrailers).toBeTruthy();
    expect(fromHex("3a00").responseTrailers).toBeTruthy();
    expect(fromHex("420b0a090a016712040a020a00").metadataContext?.filterMetadata).toHaveProperty("g");
    expect(fromHex("4a050a01611200").attributes).toHaveProperty("a");
    expect(fromHex("5a0608021004 1801".replace(" ", "")).protocolConfig).toMatchObject({
      requestBodyMode: 2,
      responseBodyMode: 4,
      sendBodyWithoutWaitingForHeaderResponse: true,
    });
  });
});

describe("encodeResponse", () => {
  const size = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 2000, max: 2100 }),
    fc.integer({ min: 16_000, max: 70_000 }),
  );
  const body = size.map((length) => Buffer.alloc(length, "graft "));
  const common = fc.record(
    {
      status: fc.constantFrom(0, 1),
      headerMutation: fc.constant({ setHeaders: [setHeader("content-length", "12")], removeHeaders: ["x-a", "x-b"] }),
      bodyMutation: fc.oneof(fc.record({ body }), fc.constant({ clearBody: true })),
      clearRouteCache: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const rest = fc.record(
    {
      dynamicMetadata: fc.constant({ fields: { graft: { stringValue: "x" } } }),
      modeOverride: fc.constant({ responseBodyMode: 1 }),
    },
    { requiredKeys: [] },
  );
  const phase = fc.constantFrom("requestHeaders", "responseHeaders", "requestBody", "responseBody");
  const answers = fc.oneof(
    fc.tuple(phase, common, rest).map(([name, response, more]) => ({ ...more, [name]: { response } })),
    fc
      .tuple(body, rest)
      .map(([bytes, more]) => ({ ...more, immediateResponse: { status: { code: 200 }, body: bytes, details: "d" } })),
  );

  test("reads back the same whether or not the body is a piece of its own", () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(0, 5), (answer, reserved) => {
        const bytes = encode(answer, reserved);
        expect(bytes.subarray(0, reserved)).toEqual(Buffer.alloc(reserved));
        const plain = Buffer.from(ResponseCodec.encode(answer).finish());
        expect(read(bytes.subarray(reserved))).toEqual(read(plain));
      }),
    );
  });

  test("does not copy a large body, nor change the answer", () => {
    const large = Buffer.alloc(200_000, 1);
    const answer = Object.freeze({
      requestBody: Object.freeze({ response: Object.freeze({ bodyMutation: Object.freeze({ body: large }) }) }),
    });
    const { head, body: sent } = encodeResponse(answer, 5);
    expect(sent).toBe(large);
    expect(head.length).toBeLessThan(64);
  });
});

describe("decodeRequest", () => {
  test("bodies are views", () => {
    const bytes = Buffer.from(ProcessingRequest.encode({ requestBody: { body: Buffer.alloc(1000, 7) } }).finish());
    const body = decodeRequest(bytes).requestBody?.body;
    expect(body?.buffer).toBe(bytes.buffer);
    expect(body).toEqual(Buffer.alloc(1000, 7));
  });

  test("skips fields it does not know", () => {
    const withUnknown = Buffer.concat([
      Buffer.from("5001", "hex"),
      Buffer.from("22050a01621001", "hex"),
      Buffer.from("fa0703616263", "hex"),
    ]);
    const request = decodeRequest(withUnknown);
    expect(request.requestBody?.body).toEqual(Buffer.from("b"));
    expect(request.$unknowns).toBeUndefined();
  });

  test("attribute and metadata names are data", () => {
    const hostile = Buffer.from(`4a0d0a09${Buffer.from("__proto__").toString("hex")}1200`, "hex");
    const { attributes } = decodeRequest(hostile);
    expect(Object.keys(attributes)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
  });

  test("cut-off and senseless bytes throw", () => {
    expect(() => decodeRequest(Buffer.from("22050a0162", "hex"))).toThrow();
    expect(() => decodeRequest(Buffer.from("ffffffffffffffffffffff", "hex"))).toThrow();
  });
});
