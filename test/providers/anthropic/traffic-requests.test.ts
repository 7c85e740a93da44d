/** Real requests of OpenAI clients, read by the chat dialect, must become requests that the Messages API accepts. */
import { GraftError } from "../../../plugins/core/errors";
import { parseJsonSource } from "../../../plugins/core/json-source";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { anthropic } from "../../../plugins/providers/anthropic";
import { describeOracle, foldEvents, goldenTable, testContext } from "../oracle";
import { violations } from "./messages-api";

const TARGETS = ["claude-3-5-haiku-latest", "claude-sonnet-4-5", "claude-sonnet-4-6", "claude-opus-4-8", "claude-opus-5-5"];

/** Records that cannot be said to Anthropic, and what of them. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "openrouter-7d5fc1fd14d98d01": /content of type video_url/,
};

function encode(body: string, model: string): { readonly body: unknown; readonly dropped: readonly string[] } {
  const request = openaiChat.decodeRequest(parseJsonSource(Buffer.from(body)));
  const encoded = anthropic.encodeRequest(request, { model });
  return { body: JSON.parse(encoded.body.toString("utf8")) as unknown, dropped: encoded.dropped };
}

for (const file of ["openai", "azure", "groq", "deepseek", "openrouter", "xai"]) {
  describeOracle(file, (records) => {
    const requests = records.filter(({ api, status, request }) => api === "chat" && status < 400 && request !== null);

    it.each(requests.map((record) => [record.id, record.request] as const))("%s", (id, request) => {
      for (const model of TARGETS) {
        const refused = REFUSED[id];
        // Azure names the model in the path only.
        const body = JSON.stringify({ model: "alias", ...request });
        if (refused === undefined) expect(violations(encode(body, model).body)).toEqual([]);
        else expect(() => encode(body, model)).toThrow(refused);
      }
    });
  });
}

const golden = goldenTable("kong")?.filter((row) => row["target"] === "anthropic");
(golden === undefined ? describe.skip : describe)("Kong's table", () => {
  const textOf = (row: object | undefined, key: "input" | "expected"): string =>
    (row as { [key: string]: { text: string } } | undefined)?.[key]?.text ?? "";

  it("request: same turns and system prompt", () => {
    const row = golden?.find((it) => it["direction"] === "request" && String(it["id"]).includes("llm-v1-chat"));
    const ours = encode(
      JSON.stringify({ model: "alias", ...(JSON.parse(textOf(row, "input")) as object) }),
      "claude-3-opus-20240229",
    );
    const theirs = JSON.parse(textOf(row, "expected")) as { system: string; messages: { role: string; content: string }[] };
    expect(violations(ours.body)).toEqual([]);
    expect(ours.body).toMatchObject({
      system: [{ type: "text", text: theirs.system }],
      messages: theirs.messages.map(({ role, content }) => ({ role, content: [{ type: "text", text: content }] })),
    });
  });

  it("response: same text and finish", () => {
    const row = golden?.find((it) => it["direction"] === "response" && String(it["id"]).includes("llm-v1-chat"));
    const folded = foldEvents(anthropic.decodeResponse(JSON.parse(textOf(row, "input")) as unknown, testContext()));
    const theirs = JSON.parse(textOf(row, "expected")) as { choices: { message: { content: string } }[] };
    expect(folded.text).toBe(theirs.choices[0]?.message.content);
    expect(folded.finish).toBe("stop");
  });

  it.each(
    (golden ?? [])
      .filter((row) => row["direction"] === "provider error response")
      .map((row) => [String(row["id"]), row] as const),
  )("error: %s", (id, row) => {
    const status = id.includes("unauthorized") ? 401 : id.includes("bad_request") ? 400 : 500;
    const error = anthropic.decodeError(status, {}, Buffer.from(textOf(row, "input")));
    expect(error).toBeInstanceOf(GraftError);
    expect(error.message).not.toBe("");
    expect(error.message).not.toContain("<html");
  });
});
