/**
 * A provider that tests control: OpenAI, Anthropic and Gemini on one port, recording what arrives and failing in every way asked
 * for (see behaviour.ts). Whatever is not scripted is answered as strictly as the demo provider answers it.
 */
import { constants } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { formatOf } from "../../demo/respond";
import type { WireRequest } from "../../demo/wire";
import { isObject, parseJson, stringAt } from "../../plugins/core/read-json";
import { type Behaviour, behaviourOf, type Canned } from "./behaviour";
import type { Certificates } from "./certificates";
import { misbehave } from "./misbehave";
import { type RecordedRequest, Recorder } from "./recorded-request";
import { WireResponse } from "./wire-response";

export interface FakeUpstreamOptions {
  readonly port?: number;
  /** Pause between the pieces of a stream, default 0. */
  readonly pauseMs?: number;
  /** Requests without this key, sent the way their provider wants it, are refused. */
  readonly requireKey?: string;
  readonly tls?: { readonly certificates: Certificates; readonly requireClientCertificate?: boolean };
  /** With TLS: by ALPN, HTTP/1.1 stays possible. Without: prior knowledge only. */
  readonly http2?: boolean;
}

export interface FakeUpstream {
  readonly port: number;
  /** `http://127.0.0.1:…` or, with TLS, `https://localhost:…`. */
  readonly url: string;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Resolves with the first `count` requests once they have arrived whole. */
  waitFor(count: number): Promise<readonly RecordedRequest[]>;
  /** What the next requests get, one each, before their model names are looked at. */
  script(...behaviours: readonly (Behaviour | Canned)[]): void;
  /** Open client connections. */
  connections(): number;
  close(): Promise<void>;
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyServer = Server | ReturnType<typeof createHttp2Server> | ReturnType<typeof createSecureServer>;

export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const recorder = new Recorder();
  const queue: (Behaviour | Canned)[] = [];
  const answer = async (request: AnyRequest, response: ServerResponse | Http2ServerResponse): Promise<void> => {
    const record = recorder.start(request, response);
    const body = await recorder.readBody(record, request);
    if (body === undefined) return;
    const wire = wireRequest(request, body);
    record.format = formatOf(wire).name;
    record.model = modelOf(wire);
    const behaviour = queue.shift() ?? behaviourOf(record.model) ?? { do: "answer" };
    const { pauseMs = 0, requireKey } = options;
    await misbehave(behaviour, wire, new WireResponse(response), {
      pauseMs,
      ...(requireKey === undefined ? {} : { requireKey }),
    });
  };
  const server = createServer(options, (request, response) => {
    // A test that asks for an unknown behaviour, or breaks the fake, sees a dead connection and the reason on the console.
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests: recorder.requests,
    waitFor: (count) => recorder.waitFor(count),
    script: (...behaviours) => queue.push(...behaviours),
    connections: () => sockets.size,
    close: () => closeAll(server, sockets),
  };
}

function createServer(
  options: FakeUpstreamOptions,
  listener: (request: AnyRequest, response: ServerResponse | Http2ServerResponse) => void,
): AnyServer {
  const { tls, http2 } = options;
  if (tls === undefined)
    return http2 === true ? createHttp2Server(listener) : createHttpServer({ keepAliveTimeout: 60_000 }, listener);
  const { serverCert, serverKey, ca } = tls.certificates;
  const requestCert = tls.requireClientCertificate === true;
  // Node does not tell the server name of a resumed session.
  const secureOptions = constants.SSL_OP_NO_TICKET;
  const secure = { cert: serverCert, key: serverKey, ca, requestCert, rejectUnauthorized: requestCert, secureOptions };
  return http2 === true ? createSecureServer({ ...secure, allowHTTP1: true }, listener) : createHttpsServer(secure, listener);
}

function listen(server: AnyServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

async function closeAll(server: AnyServer, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
}

function wireRequest(request: AnyRequest, body: Buffer): WireRequest {
  const headers = request.headers as WireRequest["headers"];
  return { method: request.method ?? "GET", url: new URL(request.url ?? "/", "http://upstream"), headers, body };
}

function modelOf({ url, body }: WireRequest): string {
  const inPath = /\/models\/([^/:]+):/.exec(url.pathname)?.[1];
  if (inPath !== undefined) return decodeURIComponent(inPath);
  const value = parseJson(body.toString("utf8"));
  return isObject(value) ? (stringAt(value, "model") ?? "") : "";
}

/** A loopback port where nothing listens: connections are refused. */
export async function refusedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
