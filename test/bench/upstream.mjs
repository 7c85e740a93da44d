#!/usr/bin/env node
/**
 * The provider of the benches: canned answers at the least CPU, so that what is measured is the gateway.
 *
 *   node test/bench/upstream.mjs --port 9000 --chunks 100 --interval-ms 10 [--bytes 200]
 *
 * It speaks OpenAI's, Anthropic's and Gemini's wire formats by path and answers every POST; a body with `"stream":true` (or
 * Gemini's streamGenerateContent) gets a stream of `--chunks` text events, one every `--interval-ms`, the first at once. Each of
 * these starts with the time it was sent at: microseconds of the machine's monotonic clock, sixteen digits. `--bytes` is the
 * length of a whole answer's text. A request of OpenAI's with the word PLACEHOLDERS in it is streamed `<EMAIL_1>` in every tenth event.
 * OpenAI's usage chunk is always sent. Prints one JSON line when it listens; `--port 0` takes any free port. Stop it with SIGTERM.
 */
import { createServer } from "node:net";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    chunks: { type: "string", default: "100" },
    "interval-ms": { type: "string", default: "10" },
    bytes: { type: "string", default: "200" },
  },
});
const chunks = Number(values.chunks);
const intervalMs = Number(values["interval-ms"]);
const text = "word ".repeat(Math.ceil(Number(values.bytes) / 5)).slice(0, Number(values.bytes));
const TIME = "0000000000000000";
const OK = "HTTP/1.1 200 OK\r\n";
const MARK_WORD = "PLACEHOLDERS";
const MARKED_EVERY = 10;
const STREAM_MARKS = ['"stream":true', '"stream": true'];

const sse = (data, event) =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

const openai = () => {
  const head = { id: "chatcmpl-bench", object: "chat.completion", created: 1_700_000_000, model: "bench" };
  const usage = { prompt_tokens: 50, completion_tokens: 50, total_tokens: 100 };
  const chunk = (delta, finish_reason = null) =>
    sse({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
  const message = { role: "assistant", content: text, refusal: null };
  return {
    whole: { ...head, choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }], usage },
    first: chunk({ role: "assistant", content: "" }),
    each: chunk({ content: `${TIME} ` }),
    marked: chunk({ content: `${TIME} <EMAIL_1> ` }),
    last: chunk({}, "stop") + sse({ ...head, object: "chat.completion.chunk", choices: [], usage }) + sse("[DONE]"),
  };
};

const anthropic = () => {
  const message = {
    id: "msg_bench",
    type: "message",
    role: "assistant",
    model: "bench",
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  const usage = { input_tokens: 50, output_tokens: 50 };
  const event = (type, rest) => sse({ type, ...rest }, type);
  return {
    whole: { ...message, content: [{ type: "text", text }], stop_reason: "end_turn", usage },
    first:
      event("message_start", { message: { ...message, usage: { input_tokens: 50, output_tokens: 1 } } }) +
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    each: event("content_block_delta", { index: 0, delta: { type: "text_delta", text: `${TIME} ` } }),
    last:
      event("content_block_stop", { index: 0 }) +
      event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 50 } }) +
      event("message_stop", {}),
  };
};

const gemini = () => {
  const usageMetadata = { promptTokenCount: 50, candidatesTokenCount: 50, totalTokenCount: 100 };
  const answer = (part, finish) => ({
    candidates: [{ content: { parts: [{ text: part }], role: "model" }, ...finish, index: 0 }],
    usageMetadata,
    modelVersion: "bench",
    responseId: "bench",
  });
  return {
    whole: answer(text, { finishReason: "STOP" }),
    first: "",
    each: sse(answer(`${TIME} `, {})),
    last: sse(answer("end", { finishReason: "STOP" })),
  };
};

/** Everything that is sent, as bytes, once. */
function prepare({ whole, first, each, marked = each, last }) {
  const body = JSON.stringify(whole);
  const timed = (event) => {
    const piece = Buffer.from(chunked(event));
    return { piece, timeAt: piece.indexOf(TIME) };
  };
  return {
    whole: Buffer.from(`${OK}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    head: Buffer.from(`${OK}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${chunked(first)}`),
    plain: timed(each),
    marked: timed(marked),
    end: Buffer.from(`${chunked(last)}0\r\n\r\n`),
  };
}

/** One chunk of HTTP/1.1's chunked encoding; nothing for nothing, as an empty chunk would end the body. */
function chunked(data) {
  return data === "" ? "" : `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`;
}

const formats = [
  ["POST /v1/messages", prepare(anthropic())],
  ["POST /v1beta/", prepare(gemini())],
  ["POST /", prepare(openai())],
];

function stream(socket, { head, plain, marked, end }, marks, done) {
  socket.write(head);
  let left = chunks;
  const send = () => {
    if (socket.destroyed || left === 0) {
      clearInterval(timer);
      if (!socket.destroyed) socket.write(end);
      done();
      return;
    }
    left -= 1;
    const { piece, timeAt } = marks && left % MARKED_EVERY === 0 ? marked : plain;
    // A copy, as the socket may still hold the last one.
    const out = Buffer.from(piece);
    out.write(String(process.hrtime.bigint() / 1000n).padStart(TIME.length, "0"), timeAt, "latin1");
    socket.write(out);
  };
  const timer = setInterval(send, intervalMs);
  send();
}

/**
 * Reads requests off one connection, by hand: node:http costs twice as much, and where the load generator shares its core the gateway
 * would not be kept busy. Good for well-formed requests one after the other, which is what a gateway sends.
 */
function serve(socket) {
  let held = [];
  let answering = false;
  const read = () => {
    while (!answering && held.length > 0) {
      const bytes = held.length === 1 ? held[0] : Buffer.concat(held);
      const bodyAt = bytes.indexOf("\r\n\r\n") + 4;
      const head = bodyAt < 4 ? "" : bytes.latin1Slice(0, bodyAt);
      const bodyEnd = bodyAt < 4 ? -1 : endOfBody(head, bytes, bodyAt);
      held = [bytes];
      if (bodyEnd === -1) return;
      held = bodyEnd === bytes.length ? [] : [bytes.subarray(bodyEnd)];
      const [, canned] = formats.find(([start]) => head.startsWith(start)) ?? formats[2];
      const body = bytes.subarray(bodyAt, bodyEnd);
      if (head.includes(":streamGenerateContent") || STREAM_MARKS.some((mark) => body.includes(mark))) {
        answering = true;
        stream(socket, canned, body.includes(MARK_WORD), () => {
          answering = false;
          read();
        });
      } else socket.write(canned.whole);
    }
  };
  // Bytes of a long body are only joined once they can be complete.
  let missing = 0;
  socket.on("data", (bytes) => {
    held.push(bytes);
    missing -= bytes.length;
    if (missing <= 0) read();
  });
  socket.on("error", () => socket.destroy());

  /** Where the request ends, -1 when it is not all there. */
  function endOfBody(head, bytes, bodyAt) {
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      missing = bodyAt + Number(length) - bytes.length;
      return missing > 0 ? -1 : bodyAt + Number(length);
    }
    if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return bodyAt;
    // JSON written by machines has no line of its own that says 0.
    const last = bytes.indexOf("\r\n0\r\n\r\n", bodyAt);
    return last === -1 ? -1 : last + 7;
  }
}

const server = createServer({ noDelay: true }, serve);
server.listen(Number(values.port), "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port, pid: process.pid, chunks, intervalMs })}\n`);
});
process.on("SIGTERM", () => process.exit(0));
