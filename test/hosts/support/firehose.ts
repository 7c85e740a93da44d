/** A provider that streams as fast as it is let, and knows how far it got. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeSse } from "../../../plugins/core/sse";
import type { Kind } from "./providers";

/** A sign that nothing but words has. */
export const WORD = "~";
const WORDS = WORD.repeat(16 * 1024);

const openaiChunk = (delta: object, finish_reason: string | null): string =>
  encodeSse(
    JSON.stringify({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason }],
    }),
  );

const anthropicEvent = (type: string, fields: object): string => encodeSse(JSON.stringify({ type, ...fields }), type);

const MESSAGE = {
  id: "m",
  type: "message",
  role: "assistant",
  model: "m",
  content: [],
  usage: { input_tokens: 1, output_tokens: 1 },
};

/** Head, one piece of words, and end, by what the path speaks. */
const SPEECH = {
  openai: ["", openaiChunk({ content: WORDS }, null), `${openaiChunk({}, "stop")}data: [DONE]\n\n`],
  anthropic: [
    anthropicEvent("message_start", { message: MESSAGE }) +
      anthropicEvent("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    anthropicEvent("content_block_delta", { index: 0, delta: { type: "text_delta", text: WORDS } }),
    anthropicEvent("content_block_stop", { index: 0 }) +
      anthropicEvent("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } }) +
      anthropicEvent("message_stop", {}),
  ],
} as const satisfies Partial<Record<Kind, readonly [string, string, string]>>;

export interface Firehose {
  readonly url: string;
  /** Characters of words in a whole answer. */
  readonly words: number;
  /** Share of an answer that the last client's host has taken off our hands. */
  poured(): number;
  close(): void;
}

/** @param pieces of 16 KiB in an answer */
export async function startFirehose(pieces: number): Promise<Firehose> {
  let count = 0;
  const server = createServer(async (request, response) => {
    const [head, words, end] = SPEECH[request.url?.endsWith("/v1/messages") === true ? "anthropic" : "openai"];
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(head);
    for (count = 0; count < pieces && !response.destroyed; count += 1) {
      if (!response.write(words)) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
      response.removeAllListeners("close");
    }
    response.end(end);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    words: pieces * WORDS.length,
    poured: () => count / pieces,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
