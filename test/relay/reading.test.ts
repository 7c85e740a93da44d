/** Reading bodies: a client's request, a provider's error, a provider's whole answer. */
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { GraftError } from "../../plugins/core/errors";
import type { Hooks } from "../../plugins/core/plugin";
import { clientHeaders } from "../../plugins/relay/client-headers";
import { readBody } from "../../plugins/relay/read-body";
import { readRequest } from "../../plugins/relay/read-request";
import { readWhole } from "../../plugins/relay/read-whole";
import { alias, chat, JSON_HEADERS, openPipeline, sent, target } from "../support/exchange";
import { everyCut } from "../support/pieces";
import { FakeAnswer } from "./fake-answer";
import { someTurns } from "./upstream/support";

describe("a client's request", () => {
  const request = (headers: Readonly<Record<string, string>> = {}) => Object.assign(new PassThrough(), { headers });
  const read = (it: ReturnType<typeof request>, maxBytes: number, hold: (bytes: number) => void = () => {}) =>
    readRequest(it as unknown as IncomingMessage, maxBytes, hold);

  test("in any pieces, each counted once before it is kept", async () => {
    for (const { pieces } of everyCut(Buffer.from("hello, wörld"))) {
      const it = request();
      let held = 0;
      const body = read(it, 100, (bytes) => {
        held += bytes;
      });
      for (const piece of pieces) it.write(piece);
      it.end();
      expect([(await body).toString(), held]).toEqual(["hello, wörld", Buffer.byteLength("hello, wörld")]);
    }
  });

  test("none at all is an empty one", async () => {
    const it = request();
    it.end();
    expect(await read(it, 10)).toHaveLength(0);
  });

  test("as long as the bound passes; one byte more does not, and what follows is read and forgotten", async () => {
    const fits = request();
    fits.end("x".repeat(10));
    expect(await read(fits, 10)).toHaveLength(10);
    const it = request();
    const body = read(it, 10);
    it.write("x".repeat(11));
    await expect(body).rejects.toMatchObject({ kind: "too_large", status: 413 });
    for (let times = 0; times < 100; times += 1) it.write("x".repeat(10_000));
    await someTurns();
    expect(it.readableLength).toBe(0);
  });

  test("too long by its own word is not even begun", async () => {
    const hold = jest.fn();
    const it = request({ "content-length": "11" });
    it.write("x".repeat(11));
    await expect(read(it, 10, hold)).rejects.toMatchObject({ kind: "too_large" });
    expect(hold).not.toHaveBeenCalled();
  });

  test("refused by who counts", async () => {
    const it = request();
    const body = read(it, 100, () => {
      throw new GraftError("unavailable", "full");
    });
    it.write("x");
    await expect(body).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("of a client that goes away", async () => {
    const it = request();
    const body = read(it, 100);
    it.write("x");
    it.destroy();
    await expect(body).rejects.toMatchObject({ kind: "client_closed" });
  });
});

describe("a provider's error", () => {
  test("is read to its end, or to the bound and no further", async () => {
    const short = new FakeAnswer({}, 500);
    const body = readBody(short, 10);
    short.say("abc", "def");
    short.end();
    expect([(await body).toString(), short.aborted]).toEqual(["abcdef", false]);
    const long = new FakeAnswer({}, 500);
    const cut = readBody(long, 10);
    long.say("abcdef", "ghijkl", "never");
    expect([(await cut).toString(), long.aborted]).toEqual(["abcdefghij", true]);
  });

  test("that breaks off rejects", async () => {
    const answer = new FakeAnswer({}, 500);
    const body = readBody(answer, 10);
    answer.say("a");
    answer.fail(new GraftError("upstream_failed", "broke off"));
    await expect(body).rejects.toMatchObject({ kind: "upstream_failed" });
  });
});

describe("a provider's whole answer", () => {
  const ANSWER = JSON.stringify({
    model: "x",
    choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  });
  const slow: Hooks = { event: async (event) => someTurns(1).then(() => [event]) };

  async function begin(hooks: readonly Hooks[] = [], maxBytes = 10_000) {
    const pipeline = openPipeline({ aliases: [alias("m", [target("openai", "x")])], hooks: () => hooks });
    sent(await pipeline.request(chat()));
    const headers = { ...JSON_HEADERS, "set-cookie": "theirs", "content-length": "5" };
    const answer = new FakeAnswer(headers);
    const head = await pipeline.response(200, headers);
    const whole = readWhole({ pipeline, answer, head, maxBytes });
    whole.catch(() => {});
    return { pipeline, answer, whole };
  }

  test.each([
    ["passed through", [] as readonly Hooks[]],
    ["looked at", [slow]],
  ])("%s: is there when it is complete, however it was cut", async (_name, hooks) => {
    for (const { pieces } of everyCut(Buffer.from(ANSWER))) {
      const { answer, whole } = await begin(hooks);
      answer.say(...pieces);
      answer.end();
      const { status, headers, body } = await whole;
      expect(status).toBe(200);
      expect(JSON.parse(Buffer.from(body ?? []).toString())).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
      expect([headers["set-cookie"], headers["x-graft-target"]]).toEqual([undefined, "openai/x"]);
    }
  });

  test("that turns out to be an error is one, and the exchange knows", async () => {
    const { answer, whole, pipeline } = await begin();
    answer.say(`{"error":{"message":"busy","code":503}}`);
    answer.end();
    expect(await whole).toMatchObject({ status: 503 });
    expect(pipeline.exchange.error).toMatchObject({ kind: "upstream_busy" });
  });

  test("that breaks off, or is over the bound, is none", async () => {
    const broken = await begin();
    broken.answer.say(`{"choi`);
    broken.answer.fail(new GraftError("upstream_failed", "broke off"));
    await expect(broken.whole).rejects.toMatchObject({ kind: "upstream_failed" });
    const long = await begin([], 10);
    long.answer.say(ANSWER);
    await expect(long.whole).rejects.toMatchObject({ kind: "upstream_invalid" });
    expect(long.answer.aborted).toBe(true);
  });

  test.each(["chunk", "end"] as const)("our own fault (in %s) comes out as it is", async (call) => {
    const { answer, whole, pipeline } = await begin();
    const bug = new Error("a bug");
    const broken = (): Promise<never> => someTurns(1).then(() => Promise.reject(bug));
    if (call === "chunk") jest.spyOn(pipeline, "chunk").mockImplementation(broken);
    else jest.spyOn(pipeline, "end").mockImplementation(broken);
    answer.say(ANSWER);
    answer.end();
    await expect(whole).rejects.toBe(bug);
    expect(answer.aborted).toBe(true);
  });
});

test("of a provider's headers clients get what is left over, in letters that can be written", () => {
  const set = { "x-graft-target": "a/b", "content-type": "text/event-stream" };
  const from = Object.assign(Object.create(null) as Record<string, string>, { ["__proto__"]: "p" });
  Object.defineProperty(from, "date", { value: "漢\r\nx", enumerable: true });
  Object.assign(from, { "content-type": "text/plain", "set-cookie": "s" });
  const headers = clientHeaders(from, { set, remove: ["__proto__", "set-cookie"] });
  expect(headers).toEqual({ ...set, date: "???x" });
});
