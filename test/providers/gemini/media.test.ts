import type { Part } from "../../../plugins/core/chat";
import { encode, FLASH_25, LATEST, user } from "./request";

function parts(part: Part, model = LATEST): readonly unknown[] {
  return encode({ messages: [user(part)] }, model).body.contents[0]?.parts ?? [];
}

const url = (link: string): Part => ({ type: "image", source: { kind: "url", url: link } });
const bytes = (mediaType: string): Part => ({ type: "image", source: { kind: "base64", mediaType, data: "AAAA" } });

it.each<[string, Part, unknown]>([
  ["png bytes", bytes("image/png"), { inlineData: { mimeType: "image/png", data: "AAAA" } }],
  ["jpg is jpeg", bytes("image/jpg"), { inlineData: { mimeType: "image/jpeg", data: "AAAA" } }],
  [
    "a link tells its type",
    url("https://a.example/x/y.JPG?w=1#f"),
    { fileData: { mimeType: "image/jpeg", fileUri: "https://a.example/x/y.JPG?w=1#f" } },
  ],
  ["a link without extension tells none", url("https://a.example/image"), { fileData: { fileUri: "https://a.example/image" } }],
  ["nor one with a foreign one", url("https://a.example/x.php"), { fileData: { fileUri: "https://a.example/x.php" } }],
  [
    "nor one named like a method",
    url("https://a.example/x.constructor"),
    { fileData: { fileUri: "https://a.example/x.constructor" } },
  ],
  ["Cloud Storage", url("gs://b/x.webp"), { fileData: { mimeType: "image/webp", fileUri: "gs://b/x.webp" } }],
  [
    "a file id",
    { type: "file", source: { kind: "file-id", id: "files/ab1" } },
    { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/ab1" } },
  ],
  [
    "a file uri",
    { type: "file", source: { kind: "file-id", id: "https://x.example/v1beta/files/ab1" } },
    { fileData: { fileUri: "https://x.example/v1beta/files/ab1" } },
  ],
  ["wav", { type: "audio", format: "wav", data: "AAAA" }, { inlineData: { mimeType: "audio/wav", data: "AAAA" } }],
  ["mp3", { type: "audio", format: "mp3", data: "AAAA" }, { inlineData: { mimeType: "audio/mp3", data: "AAAA" } }],
  ["pcm16", { type: "audio", format: "pcm16", data: "AAAA" }, { inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } }],
  ["another format", { type: "audio", format: "opus", data: "AAAA" }, { inlineData: { mimeType: "audio/opus", data: "AAAA" } }],
])("%s", (_what, part, expected) => {
  expect(parts(part)).toEqual([expected]);
});

it("a file's name stands before it, and tells the type of bytes nobody typed", () => {
  const pdf = { kind: "base64", mediaType: "application/octet-stream", data: "JVBE" } as const;
  expect(parts({ type: "file", filename: "Bill.PDF", source: pdf })).toEqual([
    { text: "File Bill.PDF:" },
    { inlineData: { mimeType: "application/pdf", data: "JVBE" } },
  ]);
});

it.each([
  ["low", LATEST, "MEDIA_RESOLUTION_LOW", []],
  ["high", LATEST, "MEDIA_RESOLUTION_HIGH", []],
  ["auto", LATEST, undefined, []],
  ["original", LATEST, undefined, ["messages[].content[].image_url.detail"]],
  ["high", FLASH_25, undefined, ["messages[].content[].image_url.detail"]],
  ["auto", FLASH_25, undefined, []],
])("detail %s on %s", (detail, model, level, lost) => {
  const part: Part = { type: "image", detail, source: { kind: "base64", mediaType: "image/png", data: "AAAA" } };
  const { body, dropped } = encode({ messages: [user(part)] }, model);
  expect(body.contents[0]?.parts[0]?.["mediaResolution"]).toEqual(level === undefined ? undefined : { level });
  expect(dropped).toEqual(lost);
});
