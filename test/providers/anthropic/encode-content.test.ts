import type { Part } from "../../../plugins/core/chat";
import { anthropic } from "../../../plugins/providers/anthropic";
import { chat, encode, user } from "./request";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const file = (mediaType: string, data: string, filename?: string): Part => ({
  type: "file",
  source: { kind: "base64", mediaType, data },
  ...(filename === undefined ? {} : { filename }),
});

function encodePart(part: Part): { block: unknown; dropped: readonly string[] } {
  const { body, dropped } = encode({ messages: [{ role: "user", parts: [part, { type: "text", text: "?" }] }] });
  return { block: (body["messages"] as { content: unknown[] }[])[0]?.content[0], dropped };
}

it.each<[string, Part, object, string[]]>([
  [
    "image URL",
    { type: "image", source: { kind: "url", url: "https://x/y" } },
    { type: "image", source: { type: "url", url: "https://x/y" } },
    [],
  ],
  [
    "image bytes",
    {
      type: "image",
      source: { kind: "base64", mediaType: "image/webp", data: "AA" },
      detail: "auto",
      cache: { type: "ephemeral" },
    },
    { type: "image", source: { type: "base64", media_type: "image/webp", data: "AA" }, cache_control: { type: "ephemeral" } },
    [],
  ],
  [
    "image/jpg, and a detail level",
    { type: "image", source: { kind: "base64", mediaType: "image/jpg", data: "AA" }, detail: "high" },
    { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AA" } },
    ["messages[].content[].image_url.detail"],
  ],
  [
    "image id",
    { type: "image", source: { kind: "file-id", id: "f1" } },
    { type: "image", source: { type: "file", file_id: "f1" } },
    [],
  ],
  [
    "PDF",
    file("application/pdf", "AA", "a.pdf"),
    { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA" }, title: "a.pdf" },
    [],
  ],
  [
    "PDF with Anthropic's own fields",
    { ...file("application/pdf", "AA"), extra: { citations: { enabled: true }, context: "c", title: "T", other: 1 } },
    {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: "AA" },
      citations: { enabled: true },
      context: "c",
      title: "T",
    },
    ["messages[].content[].other"],
  ],
  [
    "a file told by its name",
    file("application/octet-stream", "AA", "report.PDF"),
    { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA" }, title: "report.PDF" },
    [],
  ],
  [
    "text file",
    file("text/csv", base64("a;b\nü;1"), "t.csv"),
    { type: "document", source: { type: "text", media_type: "text/plain", data: "a;b\nü;1" }, title: "t.csv" },
    [],
  ],
  [
    "JSON file",
    file("application/vnd.api+json", base64("{}")),
    { type: "document", source: { type: "text", media_type: "text/plain", data: "{}" } },
    [],
  ],
  [
    "file URL",
    { type: "file", source: { kind: "url", url: "https://x/y.pdf" } },
    { type: "document", source: { type: "url", url: "https://x/y.pdf" } },
    [],
  ],
  [
    "file id",
    { type: "file", source: { kind: "file-id", id: "f1" } },
    { type: "document", source: { type: "file", file_id: "f1" } },
    [],
  ],
  [
    "an image sent as a file",
    file("image/png", "AA", "a.png"),
    { type: "image", source: { type: "base64", media_type: "image/png", data: "AA" } },
    ["messages[].content[].file.filename"],
  ],
])("%s", (_, part, block, dropped) => {
  expect(encodePart(part)).toEqual({ block, dropped });
});

it.each<[string, Part, RegExp]>([
  ["audio", { type: "audio", format: "wav", data: "AA" }, /audio/],
  ["an SVG image", { type: "image", source: { kind: "base64", mediaType: "image/svg+xml", data: "AA" } }, /image\/svg\+xml/],
  ["a spreadsheet", file("application/vnd.ms-excel", "AA"), /application\/vnd\.ms-excel/],
  ["text that is not UTF-8", file("text/plain", Buffer.from([0xff, 0xfe, 0x41]).toString("base64")), /UTF-8/],
  ["a part of unknown type", { type: "opaque", provider: "openai-chat", value: { type: "video_url" } }, /video_url/],
])("never loses %s silently", (_, part, message) => {
  const messages = [user("Hi"), { role: "user" as const, parts: [{ type: "text" as const, text: "see" }, part] }];
  expect(() => anthropic.encodeRequest(chat({ messages }), { model: "claude-opus-5-5" })).toThrow(
    expect.objectContaining({
      kind: "unsupported_parameter",
      message: expect.stringMatching(message),
      options: { param: "messages[1].content[1]" },
    }),
  );
});

it("reports a cache mark that falls away with blank text", () => {
  const parts: Part[] = [
    { type: "text", text: "A" },
    { type: "text", text: " ", cache: { type: "ephemeral" } },
  ];
  expect(encode({ messages: [{ role: "user", parts }] }).dropped).toEqual(["messages[].content[].cache_control"]);
});

it("does not stumble over a megabyte of base64 in a file name or type", () => {
  const long = "a".repeat(1_000_000);
  expect(() => encodePart(file(`x/${long}`, "AA", `${long}.${long}`))).toThrow(/cannot take files of type/);
});
