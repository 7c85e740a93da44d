import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { DEFAULT_BOUNDS } from "../../plugins/core/bounds";
import { createInflater, type Inflater } from "../../plugins/core/inflate";

const text = 'data: {"text":"Grüße, 世界"}\n\n'.repeat(500);
const open = (encoding: string) => createInflater(encoding, DEFAULT_BOUNDS) as Inflater;

async function inflate(inflater: Inflater, bytes: Buffer, size: number): Promise<string> {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(await inflater.push(bytes.subarray(at, at + size)));
  out.push(await inflater.end());
  return Buffer.concat(out).toString("utf8");
}

describe("createInflater", () => {
  test.each([undefined, "", "identity", " Identity "])("%j needs none", (encoding) => {
    expect(createInflater(encoding, DEFAULT_BOUNDS)).toBeUndefined();
  });

  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["GZIP", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["br", brotliCompressSync(text)],
  ])("%s, whole and in small pieces", async (encoding, bytes) => {
    for (const size of [bytes.length, 1, 7, 64]) expect(await inflate(open(encoding), bytes, size)).toBe(text);
  });

  test("what one piece holds comes out with that piece", async () => {
    const inflater = open("gzip");
    const { createGzip, constants } = await import("node:zlib");
    const gzip = createGzip();
    const compress = (line: string) =>
      new Promise<Buffer>((resolve) => {
        gzip.write(line);
        gzip.flush(constants.Z_SYNC_FLUSH, () => resolve(gzip.read() as Buffer));
      });
    for (const line of ["data: one\n\n", "data: two\n\n"]) {
      expect((await inflater.push(await compress(line))).toString()).toBe(line);
    }
    gzip.destroy();
  });

  test("a bomb is refused", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    await expect(inflate(open("gzip"), bomb, 4096)).rejects.toMatchObject({ kind: "upstream_invalid" });
  });

  test("garbage, and what follows it, is refused", async () => {
    const inflater = open("gzip");
    await expect(inflater.push(Buffer.from("not gzip at all"))).rejects.toMatchObject({ kind: "upstream_invalid" });
    await expect(inflater.push(Buffer.from("more"))).rejects.toMatchObject({ kind: "upstream_invalid" });
    await expect(inflater.end()).rejects.toMatchObject({ kind: "upstream_invalid" });
  });

  test("a body cut short is refused at its end", async () => {
    const bytes = gzipSync(text);
    await expect(inflate(open("gzip"), bytes.subarray(0, bytes.length - 20), 4096)).rejects.toMatchObject({
      kind: "upstream_invalid",
    });
  });

  test("however short the cut, and whatever else runs: never taken for complete", async () => {
    const bytes = gzipSync(text);
    const cuts = Array.from({ length: 60 }, (_, at) => bytes.subarray(0, bytes.length - 1 - (at % 30)));
    const results = await Promise.allSettled(cuts.map((cut) => inflate(open("gzip"), cut, 4096)));
    expect(results.filter(({ status }) => status === "fulfilled")).toEqual([]);
  });

  test("what the end still brings out comes out, all of it", async () => {
    const bytes = brotliCompressSync(text);
    const results = await Promise.all(Array.from({ length: 60 }, () => inflate(open("br"), bytes, bytes.length - 1)));
    expect(new Set(results)).toEqual(new Set([text]));
  });

  test("one piece cannot bring out more than an answer may hold", async () => {
    const bounds = { ...DEFAULT_BOUNDS, maxResponseBytes: 100_000, maxInflateRatio: 10_000 };
    const bytes = gzipSync(Buffer.alloc(200_000));
    await expect(createInflater("gzip", bounds)?.push(bytes)).rejects.toMatchObject({ kind: "upstream_invalid" });
  });

  test("an unknown encoding is refused", () => {
    expect(() => open("zstd-custom")).toThrow(expect.objectContaining({ kind: "upstream_invalid" }));
  });
});
