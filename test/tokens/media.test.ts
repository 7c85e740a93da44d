/** Images, audio and documents. Sizes are read from real file heads; prices are those that providers publish. */
import fc from "fast-check";
import type { ImagePart } from "../../plugins/core/chat";
import { imageSize } from "../../plugins/tokens/image-size";
import { type ImageRule, imageTokens } from "../../plugins/tokens/image-tokens";
import { audioTokens, fileTokens } from "../../plugins/tokens/media-tokens";

const base64 = (...pieces: readonly (string | readonly number[])[]): string =>
  Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece, "latin1") : Buffer.from(piece)))).toString(
    "base64",
  );
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const big32 = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function png(width: number, height: number): string {
  return base64([0x89], "PNG\r\n", [0x1a, 0x0a, 0, 0, 0, 13], "IHDR", big32(width), big32(height), zeros(16));
}

describe("size of an image", () => {
  test.each([
    ["PNG", png(640, 480)],
    ["GIF", base64("GIF89a", [0x80, 2, 0xe0, 1], zeros(30))],
    ["lossy WebP", base64("RIFF", zeros(4), "WEBPVP8 ", zeros(4), zeros(6), [0x80, 2, 0xe0, 1], zeros(8))],
    ["lossless WebP", base64("RIFF", zeros(4), "WEBPVP8L", zeros(4), [0x2f, 0x7f, 0xc2, 0x77, 0], zeros(8))],
    ["extended WebP", base64("RIFF", zeros(4), "WEBPVP8X", zeros(4), zeros(4), [0x7f, 2, 0, 0xdf, 1, 0], zeros(8))],
    ["JPEG", base64([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xff, 0xc2, 0, 17, 8, 1, 0xe0, 2, 0x80], zeros(20))],
  ])("%s", (_, data) => {
    expect(imageSize(data)).toEqual({ width: 640, height: 480 });
  });

  test("bytes of whatever kind never throw", () => {
    const heads = ["", "\xff\xd8", "\x89PNG", "GIF8", "RIFF....WEBPVP8X", "RIFF....WEBPVP8 ", "RIFF....WEBPVP8L"];
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 80 }), (head, rest) => {
        const size = imageSize(base64(head, [...rest]));
        for (const length of [size?.width ?? 0, size?.height ?? 0]) expect(length).toBeGreaterThanOrEqual(0);
      }),
      { seed: 11, numRuns: 2000 },
    );
  });
});

function image(width: number, height: number, detail?: string): ImagePart {
  const source = { kind: "base64", mediaType: "image/png", data: png(width, height) } as const;
  return { type: "image", source, ...(detail === undefined ? {} : { detail }) };
}

const TILES: ImageRule = { kind: "tiles", base: 85, tile: 170 };

describe("tokens of an image", () => {
  // The tile and patch examples are from OpenAI's guide, the crops and the area from Google's and Anthropic's.
  test.each<[string, ImagePart, ImageRule, number]>([
    ["1024² in tiles", image(1024, 1024), TILES, 765],
    ["2048 × 4096 in tiles", image(2048, 4096), TILES, 1105],
    ["4096 × 8192, low detail", image(4096, 8192, "low"), TILES, 85],
    ["1024² in patches", image(1024, 1024), { kind: "patches", multiplier: 1 }, 1024],
    ["1800 × 2400 in patches: as many as there may be", image(1800, 2400), { kind: "patches", multiplier: 1 }, 1536],
    ["1000² by area", image(1000, 1000), { kind: "area", pixelsPerToken: 750, most: 1600 }, 1334],
    ["8000² by area", image(8000, 8000), { kind: "area", pixelsPerToken: 750, most: 1600 }, 1600],
    ["384² in crops", image(384, 384), { kind: "crops", crop: 258 }, 258],
    ["960 × 540 in crops", image(960, 540), { kind: "crops", crop: 258 }, 6 * 258],
    ["flat", image(50, 50), { kind: "flat", tokens: 1120 }, 1120],
  ])("%s", (_, part, rule, tokens) => {
    expect(imageTokens(part, rule)).toEqual({ low: tokens, estimate: tokens, high: tokens });
  });

  test.each<ImagePart["source"]>([
    { kind: "url", url: "https://example.com/a.png" },
    { kind: "file-id", id: "file-1" },
    { kind: "base64", mediaType: "image/png", data: "AAAA" },
    { kind: "base64", mediaType: "image/png", data: png(0, 100) },
  ])("of one that cannot be looked at: a range", (source) => {
    expect(imageTokens({ type: "image", source }, TILES)).toEqual({ low: 255, estimate: 765, high: 1105 });
  });

  test("of lies about its size: as much as the largest image at most", () => {
    const rules: readonly ImageRule[] = [
      TILES,
      { kind: "patches", multiplier: 2.46 },
      { kind: "area", pixelsPerToken: 750, most: 1600 },
      { kind: "crops", crop: 258 },
    ];
    for (const rule of rules)
      for (const part of [image(0xffffffff, 0xffffffff), image(0xffffffff, 1), image(1, 0xffffffff)])
        expect(imageTokens(part, rule).high).toBeLessThan(20_000);
  });
});

describe("other media", () => {
  const seconds = (count: number, bytesPerSecond: number): string => Buffer.alloc(count * bytesPerSecond).toString("base64");

  test.each([
    ["ten seconds of MP3", { data: seconds(10, 16_000), format: "mp3" }, 320],
    ["ten seconds of WAV", { data: seconds(10, 48_000), format: "wav" }, 320],
    ["an earlier answer: half a minute", { id: "audio_1" }, 960],
    ["nothing", { data: "", format: "wav" }, 0],
  ])("audio: %s", (_, part, estimate) => {
    const size = audioTokens({ type: "audio", ...part }, 32);
    expect(size.estimate).toBe(estimate);
    expect(size.low).toBeLessThanOrEqual(estimate);
    expect(size.high).toBeGreaterThanOrEqual(estimate);
  });

  const pdf = (bytes: number) =>
    ({ kind: "base64", mediaType: "application/pdf", data: Buffer.alloc(bytes).toString("base64") }) as const;

  test.each([
    ["a page", pdf(30_000), 2000],
    ["three pages", pdf(120_000), 6000],
    ["five megabytes are not thousands of pages", pdf(5_000_000), 200_000],
    ["text", { kind: "base64", mediaType: "text/plain", data: Buffer.alloc(4000).toString("base64") } as const, 1000],
    ["by URL", { kind: "url", url: "https://example.com/a.pdf" } as const, 6000],
  ])("document: %s", (_, source, estimate) => {
    expect(fileTokens({ type: "file", source }).estimate).toBe(estimate);
  });

  test("a text file has no more tokens than bytes, and the range says so", () => {
    const source = { kind: "base64", mediaType: "text/plain", data: Buffer.alloc(4000).toString("base64") } as const;
    expect(fileTokens({ type: "file", source }).high).toBeGreaterThanOrEqual(4000);
  });
});
