/** Providers that do anything, read by somebody who does anything: every call ends once, nothing crashes, nothing is left. */
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { AnswerReader, ProviderAnswer } from "../../../plugins/relay/upstream";
import { Upstream } from "../../../plugins/relay/upstream";
import { dice, failureOf, PATIENT, post, providerAt, startRawServer, until } from "./support";

const BODY = "0123456789".repeat(30);
const CHUNKED = `${BODY.match(/.{1,70}/g)
  ?.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
  .join("")}0\r\n\r\n`;
const ANSWERS = [
  `HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKED}`,
  `HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKED}`,
  `HTTP/1.0 200 OK\r\n\r\n${BODY}`,
  `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  `HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n${BODY}`,
  "HTTP/1.1 204 No Content\r\n\r\n",
];

/** Node never closes a connection that is reset while it ends. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

test.each([1, 2, 3])(
  "seed %d",
  async (seed) => {
    const random = dice(seed);
    const uncaught = jest.fn();
    process.on("uncaughtExceptionMonitor", uncaught);
    const behave = (socket: Socket): void => {
      let text = ANSWERS[random(ANSWERS.length)] ?? "";
      if (random(12) === 0) {
        const at = random(9);
        text = `${text.slice(0, at)}${String.fromCharCode(random(256))}${text.slice(at + 1)}`;
      }
      const cut = random(5) === 0 ? random(text.length) : text.length;
      const ending = random(6);
      const go = (from: number): void => {
        if (socket.destroyed) return;
        const to = Math.min(cut, from + 1 + random(random(2) === 0 ? 20 : 400));
        socket.write(Buffer.from(text.slice(from, to), "latin1"));
        if (to < cut) setTimeout(go, random(3), to);
        else if (ending === 0) socket.end();
        else if (ending === 1) reset(socket);
        else if (ending === 2) setTimeout(() => socket.end(), random(5));
        else if (ending === 3) setTimeout(() => reset(socket), random(5));
      };
      if (random(30) !== 0) go(0);
    };
    const raw = await startRawServer(behave);
    const upstream = new Upstream({ env: {} });
    const provider = providerAt(raw.url, { maxConcurrent: 30 });
    const faults: string[] = [];
    const counts = { end: 0, failed: 0, none: 0, aborted: 0 };

    const readOne = (answer: ProviderAnswer): Promise<void> =>
      new Promise((resolve) => {
        let over = false;
        let gone = false;
        let text = "";
        const finish = (how: "end" | "failed"): void => {
          if (over || gone) faults.push(`told ${how} after the end`);
          over = true;
          counts[how] += 1;
          if (how === "end" && text !== BODY && text !== BODY.slice(0, text.length)) faults.push("wrong bytes");
          resolve();
        };
        const act = (): void => {
          const what = random(10);
          if (what < 3) answer.pause();
          if (what === 3) answer.resume();
          if (what === 4) answer.begun();
          if (what < 3) setTimeout(() => answer.resume(), random(15));
          if (what === 9 && random(3) === 0) {
            gone = true;
            counts.aborted += 1;
            answer.abort();
            resolve();
          }
        };
        const reader: AnswerReader = {
          data: (bytes) => {
            if (over || gone) faults.push("data after the end");
            text += bytes.toString("latin1");
            act();
          },
          end: () => finish("end"),
          failed: () => finish("failed"),
        };
        setTimeout(() => {
          answer.read(reader);
          if (!over && !gone) act();
        }, random(8));
      });

    let left = 1000;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const limits = { firstByteMs: 200 + random(200), idleMs: 20 + random(100), totalMs: 300 + random(300) };
        const call = upstream.call(provider, post(), limits);
        if (random(20) === 0) setTimeout(() => call.abort(), random(10));
        const answer = await call.answer.catch(() => undefined);
        if (answer === undefined) counts.none += 1;
        // Who has given up hears nothing; all limits are shorter.
        else await Promise.race([readOne(answer), delay(700)]);
        call.abort();
        // Busy, for once: those given up while they wait for a connection count.
        await delay(0);
      }
    };
    await Promise.all(Array.from({ length: 30 }, worker));
    await delay(50);
    expect(faults).toEqual([]);
    expect(uncaught).not.toHaveBeenCalled();
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10);

    // Every place is free again, and not one more.
    const all = Array.from({ length: 30 }, () => upstream.call(provider, post(), PATIENT));
    expect(await failureOf(upstream.call(provider, post(), PATIENT))).toMatchObject({ kind: "upstream_busy" });
    for (const call of all) {
      call.abort();
      expect(await failureOf(call)).toMatchObject({ kind: "client_closed" });
    }
    await upstream.close();
    await until(() => raw.open === 0);
    await raw.close();
    process.off("uncaughtExceptionMonitor", uncaught);
  },
  60_000,
);
