import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import fc from "fast-check";
import { HpackDecoder } from "../../../../envoy/transport/http2/hpack-decoder";
import { encodeHeaders } from "../../../../envoy/transport/http2/hpack-encoder";
import { RequestHeaderReader } from "../../../../envoy/transport/http2/request-headers";
import { echoing, type Running, startTransport } from "../support/server";

function decode(decoder: HpackDecoder, hex: string): [string, string][] {
  return decoder.decode(Buffer.from(hex.replaceAll(" ", ""), "hex")).map(({ name, value }) => [name, value]);
}

const first = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "www.example.com"],
];
const second = [...first, ["cache-control", "no-cache"]];
const third = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/index.html"],
  [":authority", "www.example.com"],
  ["custom-key", "custom-value"],
];

describe("the examples of RFC 7541", () => {
  test("C.3: without compression", () => {
    const decoder = new HpackDecoder();
    expect(decode(decoder, "828684410f7777772e6578616d706c652e636f6d")).toEqual(first);
    expect(decode(decoder, "828684be58086e6f2d6361636865")).toEqual(second);
    expect(decode(decoder, "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565")).toEqual(third);
  });

  test("C.4: with compression", () => {
    const decoder = new HpackDecoder();
    expect(decode(decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff")).toEqual(first);
    expect(decode(decoder, "828684be5886a8eb10649cbf")).toEqual(second);
    expect(decode(decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf")).toEqual(third);
  });
});

describe("what must not be decoded", () => {
  test.each([
    ["index 0", "80"],
    ["an index beyond the table", "be"],
    ["a name beyond the table", "7f0000"],
    ["an integer without end", "ffffffffffffffffffff"],
    ["an integer cut off", "ff"],
    ["a string cut off", "000161"],
    ["compressed padding of zeros", "0001618102"],
    ["compressed padding of a whole byte", "00016182 1fff"],
    ["a compressed end of string", "00016184 ffffffff"],
    ["a table above the limit", "3fe23f"],
    ["a table size behind a header", "8220"],
  ])("%s", (_, hex) => {
    expect(() => decode(new HpackDecoder(), hex)).toThrow();
  });

  test("random bytes are decoded or refused, never worse", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder();
        for (const block of blocks) {
          try {
            decoder.decode(Buffer.from(block));
          } catch (error) {
            expect((error as Error).name).toBe("ConnectionError");
            return;
          }
        }
      }),
    );
  });
});

test("what the encoder writes, the decoder reads", () => {
  const text = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 400 });
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 8, noNullPrototype: true }), (headers) => {
      const read = new HpackDecoder().decode(encodeHeaders(headers));
      expect(read.map(({ name, value }) => [name, value])).toEqual(Object.entries(headers));
    }),
  );
});

test("equal blocks are decoded once, and again after the table has changed", () => {
  const reader = new RequestHeaderReader();
  const request = "8386 04012f 0004726f6f6d0161".replaceAll(" ", "");
  const plain = Buffer.from(request, "hex");
  const one = reader.read(plain);
  expect(reader.read(Buffer.from(plain))).toBe(one);
  const inserting = Buffer.from(`${request}400178017a`, "hex");
  expect(reader.read(inserting)?.get("x")).toBe("z");
  const byIndex = Buffer.from(`${request}be`, "hex");
  expect(reader.read(byIndex)?.get("x")).toBe("z");
  expect(reader.read(Buffer.from(`${request}4001780179`, "hex"))?.get("x")).toBe("y");
  expect(reader.read(byIndex)?.get("x")).toBe("y");
});

describe("against Node's own HTTP/2", () => {
  let running: Running;
  let seen: ReadonlyMap<string, string>[] = [];

  beforeEach(async () => {
    seen = [];
    running = await startTransport((stream) => {
      seen.push(stream.metadata);
      return echoing(stream);
    });
  });

  afterEach(() => running.stop());

  const path = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

  test("headers of any shape arrive, through a table that fills and forgets", async () => {
    const session = connectHttp2("http://graft", { createConnection: () => connect(running.path) });
    const name = fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{1,30}$/);
    const value = fc.oneof(
      fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,200}[\x21-\x7e])?$/),
      fc.integer({ min: 1000, max: 3000 }).map((length) => "v".repeat(length)),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 12, noNullPrototype: true }), async (headers) => {
        const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", ...headers });
        stream.end();
        stream.resume();
        const [trailers] = await once(stream, "response");
        expect(trailers["grpc-status"]).toBe("0");
        const metadata = seen.at(-1);
        for (const [key, text] of Object.entries(headers)) expect(metadata?.get(key)).toBe(text);
      }),
    );
    session.destroy();
  });

  test("every character a header may hold survives compression", async () => {
    const session = connectHttp2("http://graft", { createConnection: () => connect(running.path) });
    const codes = Array.from({ length: 0x100 }, (_, code) => code).filter((code) => code >= 0x20 && code !== 0x7f);
    for (let at = 0; at < codes.length; at += 32) {
      // Among short codes, so that the sender finds compression worth it.
      const values = codes.slice(at, at + 32).map((code) => `aaaaaaaaaa${String.fromCharCode(code)}aaaaaaaaaa`);
      const headers = Object.fromEntries(values.map((value, n) => [`x-${n}`, value]));
      const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", ...headers });
      stream.end();
      stream.resume();
      await once(stream, "response");
      expect(values.map((_, n) => seen.at(-1)?.get(`x-${n}`))).toEqual(values);
    }
    session.destroy();
  });

  test("a client whose table is empty is told that ours is", async () => {
    const session = connectHttp2("http://graft", {
      createConnection: () => connect(running.path),
      settings: { headerTableSize: 0 },
    });
    for (let n = 0; n < 3; n++) {
      const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
      stream.end();
      stream.resume();
      const [headers] = await once(stream, "response");
      expect(headers["grpc-status"]).toBe("0");
    }
    session.destroy();
  });
});
