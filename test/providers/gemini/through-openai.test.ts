/** The OpenAI dialect on the client's side: real requests encode, and what Gemini must have back comes back. */
import type { JsonObject } from "../../../plugins/core/chat";
import { parseJsonSource } from "../../../plugins/core/json-source";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { gemini } from "../../../plugins/providers/gemini";
import { describeOracle, testContext } from "../oracle";
import { violations } from "./generate-content";
import { LATEST, type WireBody } from "./request";

function encode(body: JsonObject, model = LATEST): { readonly body: WireBody; readonly dropped: readonly string[] } {
  const request = openaiChat.decodeRequest(parseJsonSource(Buffer.from(JSON.stringify(body))));
  const encoded = gemini.encodeRequest(request, { model });
  const value = JSON.parse(encoded.body.toString("utf8")) as WireBody;
  expect(violations(value, model)).toEqual([]);
  return { body: value, dropped: encoded.dropped };
}

describe.each(["openai", "azure", "openrouter", "groq", "mistral", "deepseek"])("requests recorded for", (file) => {
  describeOracle(file, (records) => {
    const chats = records.filter((record) => record.api === "chat" && record.status < 400 && record.request !== null);
    it.each(chats.map((record) => [record.id, record] as const))("%s", (_id, { request }) => {
      for (const model of [LATEST, "gemini-2.5-flash"]) encode({ model: "any", ...request }, model);
    });
  });
});

it("signatures, thoughts and Google's own blocks survive a turn", () => {
  const parts = [
    { text: "hm", thought: true, thoughtSignature: "S0" },
    { executableCode: { code: "1" }, thoughtSignature: "S1" },
    { text: "Let me look.", thoughtSignature: "S2" },
    { functionCall: { id: "a", name: "look", args: { at: 1 } }, thoughtSignature: "S3" },
    { functionCall: { id: "b", name: "look", args: {} } },
  ];
  const answer = {
    candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }],
    responseId: "r",
    modelVersion: "m",
  };
  const context = { includeUsage: false, created: 0, newId: (prefix: string) => `${prefix}1` };
  const whole = JSON.parse(openaiChat.encodeResponse(gemini.decodeResponse(answer, testContext()), context)) as {
    choices: { message: JsonObject }[];
  };
  const message = whole.choices[0]?.message;
  const results = ["a", "b"].map((id) => ({ role: "tool", tool_call_id: id, content: "seen" }));
  const { body, dropped } = encode({ model: "x", messages: [{ role: "user", content: "go" }, message, ...results] });
  expect(body.contents[1]).toEqual({ role: "model", parts });
  expect(body.contents[2]?.parts.map((part) => part["functionResponse"])).toEqual([
    { id: "a", name: "look", response: { output: "seen" } },
    { id: "b", name: "look", response: { output: "seen" } },
  ]);
  expect(dropped).toEqual([]);
});
