/** A client that reports what it saw instead of throwing: for testing failures. */
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { type RequestOptions as HttpsOptions, request as httpsRequest } from "node:https";

export interface Seen {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  /** Status codes of 1xx answers before it. */
  readonly informational: readonly number[];
  readonly body: Buffer;
  readonly chunks: number;
  /** The body ended as HTTP says it should. */
  readonly complete: boolean;
  /** Error code when the connection failed, e.g. `ECONNRESET`. */
  readonly error: string | undefined;
}

export interface RawOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly tls?: Pick<HttpsOptions, "ca" | "cert" | "key" | "servername">;
  readonly agent?: RequestOptions["agent"];
  /** Leave after this many bytes of the body. */
  readonly leaveAfter?: number;
}

export function call(url: string, options: RawOptions = {}): Promise<Seen> {
  const { method = "POST", headers = {}, body, tls = {}, agent, leaveAfter } = options;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const informational: number[] = [];
    let seen: Pick<Seen, "status" | "headers" | "trailers"> = { status: undefined, headers: {}, trailers: {} };
    const settle = (complete: boolean, error?: string): void =>
      resolve({ ...seen, informational, body: Buffer.concat(chunks), chunks: chunks.length, complete, error });
    const shared = {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(agent === undefined ? {} : { agent }),
    };
    const request = url.startsWith("https:") ? httpsRequest(url, { ...shared, ...tls }) : httpRequest(url, shared);
    request.on("information", ({ statusCode }) => informational.push(statusCode));
    request.on("response", (response) => {
      seen = { status: response.statusCode, headers: response.headers, trailers: {} };
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (leaveAfter !== undefined && size >= leaveAfter) request.destroy();
      });
      response.on("end", () => {
        seen = { ...seen, trailers: response.trailers };
        settle(response.complete);
      });
      response.on("error", (error: NodeJS.ErrnoException) => settle(false, error.code));
    });
    request.on("error", (error: NodeJS.ErrnoException) => settle(false, error.code));
    request.end(body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
}
