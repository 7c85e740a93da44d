import type { ServerResponse } from "node:http";
import { ClientAnswer } from "../../plugins/relay/client-answer";
import { everyCut } from "../support/pieces";
import { FakeResponse } from "./fake-response";

const COMMENT = ": keep-alive\n\n";

let response: FakeResponse;
let answer: ClientAnswer;

beforeEach(() => {
  jest.useFakeTimers();
  response = new FakeResponse();
  answer = new ClientAnswer(response as unknown as ServerResponse, { afterMs: 100, headers: { "x-request-id": "r" } });
});

afterEach(() => {
  jest.useRealTimers();
});

test("a comment begins the answer after so long a silence, with the head of a stream, and repeats", () => {
  jest.advanceTimersByTime(99);
  expect(response.head).toBeUndefined();
  jest.advanceTimersByTime(1);
  expect(response.head).toEqual([
    200,
    { "x-request-id": "r", "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  ]);
  expect([response.text, answer.begunEarly]).toEqual([COMMENT, true]);
  jest.advanceTimersByTime(200);
  expect(response.text).toBe(COMMENT.repeat(3));
  // The provider's head comes too late.
  answer.head(200, { "x-late": "1" });
  expect(response.head?.[0]).toBe(200);
});

test("silence is counted from the last bytes, and comments inside a stream do not make it one that has begun early", () => {
  answer.head(200, {});
  jest.advanceTimersByTime(60);
  answer.write(Buffer.from("data: 1\n\n"));
  jest.advanceTimersByTime(99);
  expect(response.text).toBe("data: 1\n\n");
  jest.advanceTimersByTime(1);
  expect([response.text, answer.begunEarly]).toEqual([`data: 1\n\n${COMMENT}`, false]);
});

describe.each(["\n", "\r\n", "\r"])("lines that end in %j", (end) => {
  const event = `event: x${end}data: {"a":1}${end}${end}`;

  test("a comment comes behind an event and never within one, however it is cut", () => {
    for (const { pieces } of everyCut(Buffer.from(event + event))) {
      answer.stop();
      response = new FakeResponse();
      answer = new ClientAnswer(response as unknown as ServerResponse, { afterMs: 100, headers: {} });
      for (const piece of pieces) {
        if (piece.length === 0) continue;
        answer.write(piece);
        jest.advanceTimersByTime(100);
      }
      const text = response.text.replaceAll(COMMENT, "\u0000");
      expect(text.replaceAll("\u0000", "")).toBe(event + event);
      // A CR behind a CRLF is a blank line already; the LF that comes later is another one.
      for (const part of text.split("\u0000").filter((it) => it !== "" && it !== "\n"))
        expect(part.endsWith(end + end) || (end === "\r\n" && part.endsWith("\r\n\r"))).toBe(true);
      expect(text.endsWith("\u0000")).toBe(true);
    }
  });

  test.each([`data: 1${end}`, "data: 1", `data: 1${end}event: x`, `${end}data: 1${end}`])("none behind %j", (open) => {
    answer.write(Buffer.from(`data: 0${end}${end}${open}`));
    jest.advanceTimersByTime(1000);
    expect(response.text).not.toContain(COMMENT);
    answer.write(Buffer.from(open.endsWith(end) ? end : end + end));
    jest.advanceTimersByTime(100);
    expect(response.text.endsWith(COMMENT)).toBe(true);
  });
});

test("none while the client does not read; again when it does", () => {
  answer.head(200, {});
  response.writableNeedDrain = true;
  jest.advanceTimersByTime(1000);
  expect(response.text).toBe("");
  response.writableNeedDrain = false;
  jest.advanceTimersByTime(100);
  expect(response.text).toBe(COMMENT);
});

test.each<readonly [string, () => void]>([
  ["the end", () => answer.end()],
  ["the end with bytes", () => answer.end(Buffer.from("data: x\n\n"))],
  ["a whole answer", () => answer.whole(503, { a: "b" }, Buffer.from("{}"))],
  ["stop", () => answer.stop()],
])("none after %s, and no timer is left", (_name, over) => {
  over();
  const { text } = response;
  jest.advanceTimersByTime(1000);
  expect([response.text, jest.getTimerCount()]).toEqual([text, 0]);
});

test("none for a client that is gone", () => {
  response.destroyed = true;
  expect(answer.gone).toBe(true);
  jest.advanceTimersByTime(1000);
  expect([response.head, jest.getTimerCount()]).toEqual([undefined, 0]);
});

test("a whole answer says its length", () => {
  answer.whole(503, { a: "b" }, Buffer.from("é"));
  expect([response.head, response.text, response.writableEnded]).toEqual([[503, { a: "b", "content-length": 2 }], "é", true]);
});

test("without comments there is no timer", () => {
  answer.stop();
  const plain = new ClientAnswer(response as unknown as ServerResponse, undefined);
  expect(jest.getTimerCount()).toBe(0);
  expect(plain.write(Buffer.from("x"))).toBe(true);
});

test("what the gateway in front is to hear of streams stands in their heads, and in no other", () => {
  const forGateway = { "x-accel-buffering": "no" };
  const fresh = (afterMs?: number): ClientAnswer => {
    response = new FakeResponse();
    const keepAlive = afterMs === undefined ? undefined : { afterMs, headers: {} };
    return new ClientAnswer(response as unknown as ServerResponse, keepAlive, forGateway);
  };
  fresh().head(200, { a: "b" });
  expect(response.head).toEqual([200, { a: "b", ...forGateway }]);
  fresh(10);
  jest.advanceTimersByTime(10);
  expect(response.head?.[1]).toMatchObject(forGateway);
  fresh().whole(200, { a: "b" }, Buffer.from("x"));
  expect(response.head?.[1]).not.toHaveProperty("x-accel-buffering");
});
