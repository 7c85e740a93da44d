/** What Claude said, through the chat dialect to the client and back with its next request, must reach Claude unchanged. */
import { parseJsonSource } from "../../../plugins/core/json-source";
import { isObject } from "../../../plugins/core/read-json";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { anthropic } from "../../../plugins/providers/anthropic";
import { testContext } from "../oracle";
import { violations } from "./messages-api";

const CONTENT = [
  { type: "thinking", thinking: "hm", signature: "s1" },
  { type: "redacted_thinking", data: "r1" },
  { type: "thinking", thinking: "", signature: "s2" },
  { type: "text", text: "I look." },
  { type: "tool_use", id: "toolu_1", name: "look", input: { at: "ü" } },
  { type: "tool_use", id: "toolu_2", name: "patch", input: { input: "*** x" } },
];
const TOOLS = [
  { type: "function", function: { name: "look", parameters: { type: "object", properties: { at: { type: "string" } } } } },
  { type: "custom", custom: { name: "patch" } },
];

it("thoughts, text and calls of a whole answer", () => {
  const answer = {
    id: "msg_1",
    model: "claude-opus-5-5",
    content: CONTENT,
    stop_reason: "tool_use",
    usage: { input_tokens: 1, output_tokens: 2 },
  };
  const events = anthropic.decodeResponse(answer, { ...testContext(), customTools: new Set(["patch"]) });
  const context = { includeUsage: false, created: 0, newId: (prefix: string) => prefix, legacyFunctions: false };
  const document = JSON.parse(openaiChat.encodeResponse(events, context)) as { choices: { message: object }[] };
  const results = ["toolu_1", "toolu_2"].map((tool_call_id) => ({ role: "tool", tool_call_id, content: "done" }));
  const body = {
    model: "m",
    tools: TOOLS,
    messages: [{ role: "user", content: "Go" }, document.choices[0]?.message, ...results],
  };
  const request = openaiChat.decodeRequest(parseJsonSource(Buffer.from(JSON.stringify(body))));
  const encoded = anthropic.encodeRequest(request, { model: "claude-opus-5-5" });
  const sent: unknown = JSON.parse(encoded.body.toString("utf8"));
  expect(violations(sent)).toEqual([]);
  expect(
    isObject(sent) && Array.isArray(sent["messages"]) ? (sent["messages"] as { content: unknown }[])[1]?.content : undefined,
  ).toEqual(CONTENT);
  expect(encoded.dropped).toEqual([]);
});
