import { status } from "@grpc/grpc-js";
import { GrpcCode, GrpcError } from "../../../envoy/transport";
import type { ProcessingResponse } from "../../../proto/ext-proc";
import { connectGrpc, exchangeMessages, outcome, type TestClient } from "./support/grpc-client";
import { echo, echoing, listener, type Running, startTransport } from "./support/server";

let running: Running;
let client: TestClient;

async function start(...args: Parameters<typeof startTransport>): Promise<void> {
  running = await startTransport(...args);
  client = connectGrpc(`unix:${running.path}`);
}

afterEach(async () => {
  client.close();
  await running.stop();
});

function bodyOf(answer: ProcessingResponse | undefined): Buffer {
  return Buffer.from((answer?.requestBody ?? answer?.responseBody)?.response?.bodyMutation?.body ?? []);
}

describe("Process", () => {
  test("answers in order and ends with OK after the client's end", async () => {
    const { events, handler } = listener();
    await start((stream) => ({ ...handler, message: (request) => void stream.send(echo(request)) }));
    const call = client.process();
    const done = outcome(call);
    for (const message of exchangeMessages()) call.write(message);
    call.end();
    const { answers, status: end } = await done;
    expect(answers.map((answer) => answer.response)).toEqual([
      "requestHeaders",
      "requestBody",
      "responseHeaders",
      "responseBody",
    ]);
    expect(bodyOf(answers[1]).toString()).toBe('{"model":"m"}');
    expect(end.code).toBe(status.OK);
    expect(events).toEqual(["halfClosed", "ended"]);
    expect(running.transport.activeStreams).toBe(0);
  });

  test("shows the call's metadata", async () => {
    const seen: (string | undefined)[] = [];
    await start((stream) => {
      seen.push(stream.metadata.get("x-graft-mode"), stream.metadata.get("__proto__"));
      return { message() {}, close() {} };
    });
    const call = client.process({ "x-graft-mode": "listener" });
    const done = outcome(call);
    call.end();
    expect((await done).status.code).toBe(status.OK);
    expect(seen).toEqual(["listener", undefined]);
  });

  test("20,000 short streams on one connection, each ended by the client or reset by it", async () => {
    await start(echoing);
    const total = 20_000;
    let left = total;
    let ok = 0;
    const one = () =>
      new Promise<void>((resolve) => {
        const call = client.process();
        let answered = false;
        call.on("data", () => {
          answered = true;
          // How Envoy ends its streams by default. Node's own server gives the connection up after a thousand of them.
          if (left % 2 === 0) call.cancel();
          else call.end();
        });
        call.on("error", () => {});
        call.on("status", ({ code }) => {
          if (answered && (code === status.OK || code === status.CANCELLED)) ok++;
          resolve();
        });
        call.write({ requestHeaders: {} });
      });
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        while (left-- > 0) await one();
      }),
    );
    expect(ok).toBe(total);
    expect(running.errors).toEqual([]);
  }, 240_000);

  test("a 20 MB message, there and back", async () => {
    await start(echoing);
    const body = Buffer.alloc(20_000_000, "grafted ");
    const call = client.process();
    const done = outcome(call);
    call.write({ requestBody: { body, endOfStream: true } });
    call.end();
    const { answers, status: end } = await done;
    expect(end.code).toBe(status.OK);
    expect(bodyOf(answers[0]).equals(body)).toBe(true);
  }, 60_000);

  test("many large messages at once, with a peer that does not read while it cannot write", async () => {
    await start(echoing);
    const body = Buffer.alloc(500_000, "grafted ");
    const ends = await Promise.all(
      Array.from({ length: 32 }, () => {
        const call = client.process();
        const done = outcome(call);
        for (let n = 0; n < 2; n++) call.write({ requestBody: { body } });
        call.end();
        return done;
      }),
    );
    for (const { answers, status: end } of ends) {
      expect(end.code).toBe(status.OK);
      expect(answers.map((answer) => bodyOf(answer).equals(body))).toEqual([true, true]);
    }
  }, 60_000);

  test("a promise holds the next message back, and answers keep their order", async () => {
    const order: string[] = [];
    await start((stream) => ({
      async message(request) {
        const name = request.requestHeaders ? "headers" : "body";
        order.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        stream.send(echo(request));
        order.push(`${name} ends`);
      },
      close: (reason) => void order.push(reason),
    }));
    const call = client.process();
    const done = outcome(call);
    for (const message of exchangeMessages().slice(0, 2)) call.write(message);
    call.end();
    const { answers, status: end } = await done;
    expect(answers).toHaveLength(2);
    expect(end.code).toBe(status.OK);
    expect(order).toEqual(["headers begins", "headers ends", "body begins", "body ends", "ended"]);
  });

  test("half-close is told at once, the close only after a running message", async () => {
    let release: () => void = () => {};
    const { events, handler } = listener(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    await start(() => ({
      ...handler,
      halfClosed() {
        events.push("halfClosed");
        release();
      },
    }));
    const call = client.process();
    const done = outcome(call);
    call.write({ requestHeaders: {} });
    call.end();
    expect((await done).status.code).toBe(status.OK);
    expect(events).toEqual(["message", "halfClosed", "ended"]);
  });

  test("answers may come by themselves, long after a message", async () => {
    await start((stream) => ({
      message: () => void setImmediate(() => stream.send({ requestHeaders: {} })),
      close() {},
    }));
    const call = client.process();
    const answered = new Promise((resolve) => call.once("data", resolve));
    const done = outcome(call);
    call.write({ requestHeaders: {} });
    await answered;
    call.end();
    expect((await done).status.code).toBe(status.OK);
  });
});

describe("how a stream can fail", () => {
  test("a cancel is told while a message is still worked on", async () => {
    const { handler, closed, events } = listener(() => new Promise(() => {}));
    await start((stream) => {
      stream.send({ requestHeaders: {} });
      return handler;
    });
    const call = client.process();
    call.on("error", () => {});
    call.on("data", () => call.cancel());
    call.write({ requestHeaders: {} });
    expect(await closed).toEqual({ reason: "cancelled", error: undefined });
    // This client half-closes before it resets.
    expect(events).toEqual(["message", "halfClosed", "cancelled"]);
  });

  test("a handler that throws ends its own stream only, and tells no details", async () => {
    const failure = new Error("secret details");
    const { handler, closed } = listener(() => {
      throw failure;
    });
    let first = true;
    await start((stream) => {
      if (!first) return echoing(stream);
      first = false;
      return handler;
    });
    const bad = client.process();
    const badDone = outcome(bad);
    bad.write({ requestHeaders: {} });
    const good = client.process();
    const goodDone = outcome(good);
    good.write({ requestHeaders: {} });
    const { status: end } = await badDone;
    expect(end).toMatchObject({ code: status.INTERNAL, details: "internal error" });
    expect(await closed).toEqual({ reason: "failed", error: failure });
    good.end();
    expect((await goodDone).status.code).toBe(status.OK);
  });

  test("a rejected promise is the same", async () => {
    await start(() => ({ message: () => Promise.reject(new Error("late")), close() {} }));
    const call = client.process();
    const done = outcome(call);
    call.write({ requestHeaders: {} });
    expect((await done).status.code).toBe(status.INTERNAL);
  });

  test("a handler that cannot open, or throws while it closes, is reported", async () => {
    let opened = 0;
    await start(() => {
      if (opened++ === 0) throw new Error("cannot open");
      return {
        message() {},
        close() {
          throw new Error("cannot close");
        },
      };
    });
    for (const expected of [status.INTERNAL, status.OK]) {
      const call = client.process();
      const done = outcome(call);
      call.end();
      expect((await done).status.code).toBe(expected);
    }
    expect(running.errors.map(String)).toEqual(["Error: cannot open", "Error: cannot close"]);
  });

  test("chosen codes and messages arrive whatever characters they hold", async () => {
    const message = 'caller "é" is over 100 % of its budget\n€';
    await start((stream) => ({
      message(request) {
        stream.send(echo(request));
        if (request.requestBody) throw new GrpcError(GrpcCode.PERMISSION_DENIED, message);
        stream.fail(GrpcCode.UNAVAILABLE, message);
        expect(stream.send({ requestHeaders: {} })).toBe(false);
      },
      close() {},
    }));
    const failed = client.process();
    const failedDone = outcome(failed);
    failed.write({ requestHeaders: {} });
    const after = await failedDone;
    expect(after.status).toMatchObject({ code: status.UNAVAILABLE, details: message });
    expect(after.answers).toHaveLength(1);
    const thrown = client.process();
    const thrownDone = outcome(thrown);
    thrown.write({ requestBody: {} });
    expect((await thrownDone).status).toMatchObject({ code: status.PERMISSION_DENIED, details: message });
  });

  test("a message over the limit costs its own stream only", async () => {
    await start(echoing, { maxMessageBytes: 100_000 });
    const large = client.process();
    const done = outcome(large);
    large.write({ requestBody: { body: Buffer.alloc(5_000_000) } });
    expect((await done).status.code).toBe(status.RESOURCE_EXHAUSTED);
    const small = client.process();
    const smallDone = outcome(small);
    small.write({ requestBody: { body: Buffer.alloc(90_000) } });
    small.end();
    expect((await smallDone).status.code).toBe(status.OK);
  });

  test("messages in flight are bounded over all streams", async () => {
    await start(echoing, { maxInFlightBytes: 1_500_000 });
    const calls = Array.from({ length: 4 }, () => client.process());
    const done = calls.map(outcome);
    for (const call of calls) {
      call.write({ requestBody: { body: Buffer.alloc(2_000_000) } });
      call.end();
    }
    const codes = (await Promise.all(done)).map((end) => end.status.code);
    expect(codes).toContain(status.RESOURCE_EXHAUSTED);
    const after = client.process();
    const afterDone = outcome(after);
    after.write({ requestBody: { body: Buffer.alloc(1_000_000) } });
    after.end();
    expect((await afterDone).status.code).toBe(status.OK);
  });

  test("an unknown method is unimplemented", async () => {
    await start(echoing);
    const call = client.unknown();
    const done = outcome(call);
    call.end();
    expect((await done).status.code).toBe(status.UNIMPLEMENTED);
  });
});
