import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { HELLO, sourceOf } from "./request";

const stateOf = (fields: object): string | undefined =>
  openaiChat.providerState(sourceOf({ model: "m", messages: [HELLO], ...fields }));
const part = (it: object): object => ({ messages: [HELLO, { role: "user", content: [{ type: "text", text: "x" }, it] }] });
const assistant = (it: object): object => ({ messages: [{ role: "assistant", content: "x", ...it }] });
const FILE = "https://generativelanguage.googleapis.com/v1beta/files/abc";

it.each([
  ["store", { store: true }],
  ["store", { store: 0 }],
  ["previous_response_id", { previous_response_id: "r" }],
  ["conversation", { conversation: { id: "c" } }],
  ["messages[1].content[1].file.file_id", part({ type: "file", file: { file_id: "f" } })],
  ["messages[1].content[1].file.File_ID", part({ type: "file", file: { File_ID: "f" } })],
  ["messages[1].content[1].file_id", part({ type: "input_image", file_id: "f" })],
  ["messages[1].content[1].source.file_id", part({ type: "document", source: { type: "file", file_id: "f" } })],
  ["messages[1].content[1].image_url.url", part({ type: "image_url", image_url: { url: FILE } })],
  ["messages[1].content[1].image_url", part({ type: "image_url", image_url: ` ${FILE.toUpperCase()}` })],
  [
    "messages[1].content[1].image_url.url",
    part({ type: "image_url", image_url: { url: "https://x@GenerativeLanguage.googleapis.com.:443/f" } }),
  ],
  ["messages[1].content[1].image_url.url", part({ type: "image_url", image_url: { url: "gs://bucket/secret.png" } })],
  ["messages[1].content[1].file.file_data", part({ type: "file", file: { file_data: FILE } })],
  [
    "messages[0].extra_content.anthropic.blocks[0].source.file_id",
    assistant({ extra_content: { anthropic: { blocks: [{ type: "document", source: { type: "file", file_id: "f" } }] } } }),
  ],
  [
    "messages[0].extra_content.gemini.blocks[0].fileData.fileUri",
    assistant({ extra_content: { gemini: { blocks: [{ fileData: { fileUri: FILE } }] } } }),
  ],
  ["tools[0].container.file_ids", { tools: [{ type: "code_interpreter", container: { type: "auto", file_ids: ["f"] } }] }],
  ["tools[0].vector_store_ids", { tools: [{ type: "file_search", vector_store_ids: ["v"] }] }],
  ["extra_body.google.cached_content", { extra_body: { google: { cached_content: "cachedContents/x" } } }],
])("%s is found in %j", (where, fields) => {
  expect(stateOf(fields)).toBe(where);
});

it("an escaped spelling is found as well", () => {
  const body = `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file\\u005fid":"f"}}]}]}`;
  expect(openaiChat.providerState(sourceOf(body))).toBe("messages[0].content[0].file.file_id");
});

it.each([
  {},
  { store: false, previous_response_id: null },
  part({ type: "file", file: { file_id: null, file_data: "data:application/pdf;base64,AAAA" } }),
  part({ type: "file", file: { file_data: "JVBERi0xLjQ=", filename: "file_id" } }),
  part({ type: "image_url", image_url: { url: "https://example.com/generativelanguage.googleapis.com/a.png" } }),
  part({ type: "text", text: `{"file_id":"f"} ${FILE}` }),
  assistant({ annotations: [{ type: "file_citation", file_citation: { file_id: "f" } }] }),
  assistant({ tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: `{"file_id":"f"}` } }] }),
  { tools: [{ type: "function", function: { name: "f", parameters: { properties: { file_id: { type: "string" } } } } }] },
  { tools: [{ function: { name: "f", parameters: { properties: { file_id: { type: "string" } } } } }] },
  { messages: "file_id", tools: "file_id" },
])("nothing is found in %j", (fields) => {
  expect(stateOf(fields)).toBeUndefined();
});
