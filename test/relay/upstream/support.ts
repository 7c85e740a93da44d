/** Calls for tests, and servers that write their answers byte by byte. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { GraftError } from "../../../plugins/core/errors";
import type { OutgoingRequest } from "../../../plugins/core/outgoing";
import type { Connection, NamedProvider } from "../../../plugins/core/target";
import type { AnswerReader, CallLimits, ProviderAnswer, ProviderCall } from "../../../plugins/relay/upstream";
import { target } from "../../support/exchange";
// As in the relay: no call waits for it.
import "../../../plugins/relay/upstream/connections";

/** So long that a test in which one of them ends something fails by its own time limit. */
export const PATIENT: CallLimits = { firstByteMs: 60_000, idleMs: 60_000, totalMs: 60_000 };

export function providerAt(url: string, connection: Partial<Connection> = {}): NamedProvider {
  const { protocol, host } = new URL(url);
  const { provider } = target("openai", "m");
  const scheme = protocol === "https:" ? "https" : "http";
  return { ...provider, scheme, authority: host, connection: { ...provider.connection, ...connection } };
}

/** @param model chooses what the fake upstream does */
export function chat(model: string, it: Readonly<Record<string, unknown>> = {}): OutgoingRequest {
  const body = Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }], ...it }));
  return post("/v1/chat/completions", { "content-type": "application/json" }, body);
}

export function post(path = "/", headers: Readonly<Record<string, string>> = {}, body = Buffer.from("{}")): OutgoingRequest {
  return { scheme: "http", authority: "not.used", path, headers, body };
}

/** What a reader heard, and in which order. */
export class Heard implements AnswerReader {
  readonly pieces: Buffer[] = [];
  outcome: "end" | GraftError | undefined;
  readonly over: Promise<void>;
  #done = (): void => {};
  readonly #onPiece: (bytes: Buffer) => void;

  constructor(onPiece: (bytes: Buffer) => void = () => {}) {
    this.#onPiece = onPiece;
    this.over = new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString("latin1");
  }

  get bytes(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  data(bytes: Buffer): void {
    if (this.outcome !== undefined) throw new Error("data after the end");
    this.pieces.push(bytes);
    this.#onPiece(bytes);
  }

  end(): void {
    this.#finish("end");
  }

  failed(error: GraftError): void {
    this.#finish(error);
  }

  #finish(outcome: "end" | GraftError): void {
    if (this.outcome !== undefined) throw new Error("told twice how it ended");
    this.outcome = outcome;
    this.#done();
  }
}

/** The whole answer, however it ended. */
export async function hear(call: ProviderCall): Promise<{ answer: ProviderAnswer; heard: Heard }> {
  const answer = await call.answer;
  const heard = new Heard();
  answer.read(heard);
  await heard.over;
  return { answer, heard };
}

export function failureOf(call: ProviderCall): Promise<GraftError> {
  return call.answer.then(
    ({ status }) => {
      throw new Error(`answered with ${status}`);
    },
    (error: GraftError) => error,
  );
}

export interface RawServer {
  readonly url: string;
  readonly port: number;
  /** Whole requests, head and body, in order. */
  readonly requests: readonly string[];
  /** Connections ever, and now. */
  readonly accepted: number;
  readonly open: number;
  /** To every connection that is open. */
  write(text: string): void;
  close(): Promise<void>;
}

/** @param answer called for each request with its connection and its number on this server, from 1 */
export async function startRawServer(answer: (socket: Socket, number: number) => void): Promise<RawServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let held = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      held += text;
      const end = endOfRequest(held);
      if (end === undefined) return;
      requests.push(held.slice(0, end));
      held = held.slice(end);
      answer(socket, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    get accepted() {
      return accepted;
    },
    get open() {
      return sockets.size;
    },
    write: (text) => {
      for (const socket of sockets) socket.write(text, "latin1");
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function endOfRequest(text: string): number | undefined {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return undefined;
  const end = head + 4 + Number(/\r\ncontent-length: (\d+)/.exec(text.slice(0, head + 2))?.[1] ?? 0);
  return text.length < end ? undefined : end;
}

/** Jest's own time limit ends a wait for what never comes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

/** Of a promise that may or may not come true: whether it has, some turns of the event loop later. */
export async function someTurns(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Whole numbers from 0 to below, from a fixed seed (mulberry32). */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}
