/**
 * Attempts across processes. Envoy may call any process of the pool for a further attempt: one that does not hold the exchange asks
 * the owner over the owner's private unix socket and passes its answer on as it is. What it hears of failed attempts it passes on
 * as well.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Exchanges } from "../plugins/core/exchanges";
import { parseJson } from "../plugins/core/read-json";
import type { ProcessingResponse } from "../proto/ext-proc";
import { decodeResponse, encodeWhole } from "../proto/whole-response";
import { type AttemptQuestion, answerAttempt } from "./answer-attempt";

const question = z.object({ id: z.string(), number: z.int().min(1).max(100), headerNames: z.array(z.string()).max(1000) });
const failure = z.object({
  id: z.string(),
  number: z.int().min(1).max(100),
  status: z.int().min(400).max(599),
  headers: z.record(z.string(), z.string()),
});
/** An answer of a provider that the client will not get. */
export type FailedAttempt = z.infer<typeof failure>;

const ATTEMPT = "/attempt";
const FAILED = "/failed";
const MAX_QUESTION_BYTES = 256 * 1024;
const ANSWER_WITHIN_MS = 2_000;

/**
 * A new socket path in a directory only this user can enter, beside those of the user's other processes.
 * @throws when somebody else has made that directory
 */
export function handOffPath(): string {
  const uid = process.getuid?.() ?? 0;
  const directory = join(tmpdir(), `graft-${uid}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = lstatSync(directory);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new Error(`${directory} must be a directory that only user ${uid} can enter; remove it or fix its owner and mode`);
  }
  return join(directory, `hand-off-${process.pid}-${randomBytes(4).toString("hex")}.sock`);
}

/** Answers other processes of this user until closed. @throws when the socket cannot be made */
export function serveHandOff(path: string, exchanges: Exchanges): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, exchanges).catch(() => outgoing.writeHead(500).end());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      server.off("error", reject);
      resolve(server);
    });
    server.once("close", () => rmSync(path, { force: true }));
  });
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, exchanges: Exchanges): Promise<void> {
  const body = parseJson((await readAll(incoming, MAX_QUESTION_BYTES)).toString("utf8"));
  const made = incoming.url === FAILED ? noteFailure(body, exchanges) : await encodeAttempt(body, exchanges);
  if (typeof made === "number") outgoing.writeHead(made).end();
  else outgoing.writeHead(200, { "content-type": "application/octet-stream" }).end(made);
}

/** A number is the status that says why there is no answer. */
async function encodeAttempt(body: unknown, exchanges: Exchanges): Promise<Uint8Array | 400 | 404> {
  const asked = question.safeParse(body);
  if (!asked.success) return 400;
  const pipeline = exchanges.find(asked.data.id);
  return pipeline === undefined ? 404 : encodeWhole(await answerAttempt(pipeline, asked.data));
}

function noteFailure(body: unknown, exchanges: Exchanges): 204 | 400 {
  const told = failure.safeParse(body);
  if (!told.success) return 400;
  const { id, number, status, headers } = told.data;
  exchanges.find(id)?.attemptFailed(number, status, headers);
  return 204;
}

/**
 * The owner's answer, or `undefined` when it is gone or does not know the exchange.
 * @param ownPath our own hand-off socket: owners are its neighbours, any other path is refused
 */
export async function askOwner(ownPath: string, owner: string, asked: AttemptQuestion): Promise<ProcessingResponse | undefined> {
  const bytes = await post(ownPath, owner, ATTEMPT, asked);
  try {
    return bytes === undefined ? undefined : decodeResponse(bytes);
  } catch {
    return undefined;
  }
}

/** Best effort: an owner that is gone has nothing to remember. */
export async function tellOwner(ownPath: string, owner: string, failed: FailedAttempt): Promise<void> {
  await post(ownPath, owner, FAILED, failed);
}

/** The body of a 200 answer. */
function post(ownPath: string, owner: string, path: string, body: object): Promise<Buffer | undefined> {
  if (dirname(owner) !== dirname(ownPath)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    // No kept connection: one that a draining owner is just closing would cost this request its next attempt.
    const to = { agent: false, socketPath: owner, method: "POST", path, timeout: ANSWER_WITHIN_MS } as const;
    const call = httpRequest(to, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        resolve(undefined);
        return;
      }
      readAll(response).then(resolve, () => resolve(undefined));
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(undefined));
    call.end(JSON.stringify(body));
  });
}

async function readAll(stream: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limit) throw new Error("hand-off question over its size limit");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
