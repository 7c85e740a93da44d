/** One try at an upstream, with nginx's time limits. */
import { Agent, type ClientRequest, type IncomingMessage, request as startRequest } from "node:http";
import type { RequestContext } from "../request-context";
import { requestHeaders } from "./request-headers";
import { sendHead } from "./send-head";

/** `upstream_keepalive_pool_size` */
export function newPool(): Agent {
  return new Agent({ keepAlive: true, maxFreeSockets: 512, scheduling: "lifo" });
}

/** Why there was no answer. */
export class UpstreamFailure extends Error {
  readonly status: 502 | 504;
  /** Part of the request had been sent. */
  readonly sent: boolean;
  constructor(status: 502 | 504, sent: boolean) {
    super(`upstream: ${status}`);
    this.status = status;
    this.sent = sent;
  }
}

export interface UpstreamCall {
  readonly answer: Promise<IncomingMessage>;
  abort(): void;
}

/** Sends the request once there is a connection. The answer rejects with UpstreamFailure. */
export function callUpstream(request: RequestContext, pool: Agent): UpstreamCall {
  const length = request.body?.length ?? request.headers.get("content-length");
  const hasBody = length !== undefined || request.headers.get("transfer-encoding") !== undefined;
  const size = length === undefined ? undefined : Number(length);
  // Node would send a body of no length for a POST without any.
  const body = hasBody || request.method === "POST" ? { length: hasBody ? size : 0 } : undefined;
  const call = startRequest({
    agent: pool,
    host: request.target.host,
    port: request.target.port,
    method: request.method,
    path: request.upstreamUri,
    headers: requestHeaders(request, body).toRaw(),
  });
  let failure: UpstreamFailure | undefined;
  // Kong would begin with TLS, which no upstream of these tests speaks; a target that a plugin sets keeps the service's scheme.
  if (request.scheme !== "http") queueMicrotask(() => call.destroy(new Error("no TLS here")));
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    let sent = false;
    const fail = (status: 502 | 504): void => {
      failure ??= new UpstreamFailure(status, sent);
      reject(failure);
      call.destroy();
    };
    call.on("socket", (socket) => {
      const go = (): void => {
        sent = true;
        sendBody(request, call);
        call.setTimeout(request.readTimeout, () => fail(504));
      };
      if (!socket.connecting) {
        go();
        return;
      }
      const timer = setTimeout(() => fail(504), request.connectTimeout);
      socket.once("connect", () => {
        clearTimeout(timer);
        go();
      });
      socket.once("close", () => clearTimeout(timer));
    });
    call.on("error", () => fail(502));
    call.on("response", (message) => {
      call.removeAllListeners("timeout");
      limitSilence(call, message);
      message.once("end", () => {
        if (call.writableEnded) return;
        // Answered before all of it was sent: nginx keeps no such connection, and reads the rest for nobody.
        request.incoming.unpipe(call).resume();
        call.destroy();
      });
      resolve(message);
    });
  });
  return { answer, abort: () => call.destroy() };
}

function sendBody(request: RequestContext, call: ClientRequest): void {
  if (request.body !== undefined) {
    call.end(request.body);
    return;
  }
  sendHead(call);
  request.incoming.pipe(call);
}

/** `read_timeout` also limits the time between two reads, but not while the client is the slow one. */
function limitSilence(call: ClientRequest, answer: IncomingMessage): void {
  call.on("timeout", () => {
    if (!answer.isPaused()) answer.destroy(new Error("upstream timed out"));
  });
}
