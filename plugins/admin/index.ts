/** The admin port: is the process alive, does it take requests, what does it count; and emptying the cache. Small, never for clients. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import { parseHostPort } from "../config/addresses";
import { bearerGuard } from "./bearer-guard";

export interface AdminOptions {
  /** `host:port`; port 0 = any free one. */
  readonly listen: string;
  /** Every request must carry it then. Without a token only loopback addresses should be listened on (config sees to that). */
  readonly token?: string;
  /** May this process get requests? `reason` says why not. */
  ready(): { readonly ready: boolean; readonly reason?: string };
  readonly registry: Pick<Registry, "metrics" | "contentType">;
  /** `GET /usage`; absent = no records are kept. */
  readonly usage?: ((params: URLSearchParams) => Promise<Answer>) | undefined;
  /** `POST /cache/purge`. */
  readonly purge?: ((params: URLSearchParams) => Promise<Answer>) | undefined;
}

export interface Admin {
  /** `host:port` as listened on. */
  readonly address: string;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  /** Methods, with status 405. Default: those for reading. */
  readonly allow?: string;
}

/** @throws Error when the address is malformed or taken */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const address = parseHostPort(options.listen);
  if (address === undefined) throw new Error(`admin.listen must be host:port, not ${options.listen}`);
  const allowed = bearerGuard(options.token);
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000, maxHeaderSize: 16_384 }, (request, response) => {
    const answer = allowed(request.headers.authorization) ? answerTo(request, options) : Promise.resolve(UNAUTHORIZED);
    void answer.catch(() => FAILED).then((it) => send(response, it, request.method === "HEAD"));
  });
  // Slow readers and idle connections must not pile up.
  server.setTimeout(10_000);
  server.maxConnections = 256;
  await listening(server, address.host, address.port);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { address: `${host}:${port}`, close: () => closed(server) };
}

async function answerTo(request: IncomingMessage, { ready, registry, usage, purge }: AdminOptions): Promise<Answer> {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  if (path === PURGE && purge !== undefined) return await purging(request, () => purge(new URLSearchParams(query)));
  if (!PATHS.includes(path)) return problem(404, "unknown path; there are /healthz, /readyz, /metrics, /usage and /cache/purge");
  if (request.method !== "GET" && request.method !== "HEAD") return problem(405, "only GET and HEAD");
  if (path === "/healthz") return { status: 200, body: '{"status":"ok"}' };
  if (path === "/usage" && usage === undefined) return problem(404, "no records are kept: `usage` says where they would be");
  if (path === "/usage" && usage !== undefined) return await usage(new URLSearchParams(query));
  if (path === "/metrics") return { status: 200, body: await registry.metrics(), type: registry.contentType };
  const state = ready();
  return state.ready ? { status: 200, body: '{"status":"ready"}' } : problem(503, state.reason ?? "not ready");
}

const PURGE = "/cache/purge";
/** Pages in a browser on the same machine cannot send it without being asked first. */
const INTENT = "x-graft-admin";

async function purging(request: IncomingMessage, purge: () => Promise<Answer>): Promise<Answer> {
  if (request.method !== "POST") return problem(405, "only POST", "POST");
  if (request.headers[INTENT] === undefined) return problem(400, `send the header \`${INTENT}: purge\``);
  return await purge();
}

const PATHS = ["/healthz", "/readyz", "/metrics", "/usage"];

function problem(status: number, error: string, allow?: string): Answer {
  return { status, body: JSON.stringify({ error }), ...(allow === undefined ? {} : { allow }) };
}

const UNAUTHORIZED = problem(401, "send the admin token as `Authorization: Bearer …`");
const FAILED = problem(500, "the answer could not be made");

function send(response: ServerResponse, { status, body, type, allow = "GET, HEAD" }: Answer, headOnly: boolean): void {
  response.writeHead(status, {
    "content-type": type ?? "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(status === 405 ? { allow } : {}),
    // A request body is nobody's wish here: never read, so the connection cannot be used again.
    connection: "close",
  });
  response.end(headOnly ? undefined : body);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
