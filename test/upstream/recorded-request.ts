/** What arrived at the fake upstream. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { TLSSocket } from "node:tls";
import { parseJson } from "../../plugins/core/read-json";

export interface RecordedRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly httpVersion: string;
  readonly host: string;
  /** Names in lower case, pseudo-headers left out; repeated ones are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** As they were written, in order: name, value, name, value … */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The body parsed, `undefined` where it is not JSON. */
  readonly json: unknown;
  /** `OpenAI`, `Anthropic` or `Gemini`, by path. */
  readonly format: string;
  readonly model: string;
  /** The client's port: the same for requests on one connection. */
  readonly connection: number;
  readonly sni: string | undefined;
  /** Common name of the client's certificate. */
  readonly clientCertificate: string | undefined;
  /** `performance.now()` at the headers, at the end of the body, at the end of the answer. */
  readonly times: { readonly headers: number; readonly body?: number; readonly end?: number };
  /** The client went away before it had the whole answer, or the answer was reset. */
  readonly aborted: boolean;
  /** Resolves at the end of the answer, however it ended. */
  readonly finished: Promise<void>;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
export type OpenRecord = Writable<Omit<RecordedRequest, "times">> & { times: Writable<RecordedRequest["times"]> };

export class Recorder {
  readonly requests: OpenRecord[] = [];
  readonly #waiting = new Set<() => void>();

  start(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): OpenRecord {
    const socket = request.socket;
    const tls = socket instanceof TLSSocket ? socket : undefined;
    const record: OpenRecord = {
      method: request.method ?? "",
      path: request.url ?? "",
      httpVersion: request.httpVersion,
      host: String(request.headers[":authority"] ?? request.headers.host ?? ""),
      headers: flatHeaders(request.headers),
      rawHeaders: [...request.rawHeaders],
      body: Buffer.alloc(0),
      json: undefined,
      format: "",
      model: "",
      connection: socket.remotePort ?? 0,
      sni: typeof tls?.servername === "string" ? tls.servername : undefined,
      clientCertificate: commonName(tls),
      times: { headers: performance.now() },
      aborted: false,
      finished: new Promise((resolve) => {
        response.once("close", () => {
          record.aborted = !wasSent(response);
          record.times.end = performance.now();
          resolve();
        });
      }),
    };
    this.requests.push(record);
    return record;
  }

  /** `undefined` when the client went away first. */
  async readBody(record: OpenRecord, request: IncomingMessage | Http2ServerRequest): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return undefined;
    }
    record.body = Buffer.concat(chunks);
    record.json = parseJson(record.body.toString("utf8"));
    record.times.body = performance.now();
    for (const check of this.#waiting) check();
    return record.body;
  }

  waitFor(count: number): Promise<readonly RecordedRequest[]> {
    return new Promise((resolve) => {
      const check = (): void => {
        const whole = this.requests.filter((record) => record.times.body !== undefined);
        if (whole.length < count) return;
        this.#waiting.delete(check);
        resolve(whole.slice(0, count));
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** HTTP/2's compatible response is no real Writable: its stream knows. */
function wasSent(response: ServerResponse | Http2ServerResponse): boolean {
  return "stream" in response ? response.writableEnded && response.stream.rstCode === 0 : response.writableFinished;
}

function flatHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const named = Object.entries(headers).filter(([name, value]) => !name.startsWith(":") && value !== undefined);
  return Object.fromEntries(named.map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]));
}

function commonName(socket: TLSSocket | undefined): string | undefined {
  const subject = socket?.getPeerCertificate().subject;
  return subject === undefined || Array.isArray(subject.CN) ? undefined : subject.CN;
}
