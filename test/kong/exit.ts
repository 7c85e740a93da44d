/** Answers that Kong makes itself. */
import { cjson, type Lua, type LuaTable } from "./lua/values";

/** Ends the access phase with an answer of Kong's own. Thrown, because nothing of the phase runs after it. */
export class Exit extends Error {
  readonly status: number;
  /** Bytes. */
  readonly body: string;
  readonly headers: LuaTable;

  constructor(status: number, body: string, headers: LuaTable = {}) {
    super(`exit ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

const JSON_TYPE = { "Content-Type": "application/json; charset=utf-8" };

/** `kong.response.exit` */
export function exit(status: number, body: Lua, headers: LuaTable = {}): Exit {
  if (body === undefined || typeof body === "string") return new Exit(status, body ?? "", headers);
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  return new Exit(status, cjson(body), typed ? headers : { ...headers, ...JSON_TYPE });
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  413: "Payload too large",
  429: "Too many requests",
  500: "An unexpected error occurred",
  502: "An invalid response was received from the upstream server",
  503: "The upstream server is currently unavailable",
  504: "The upstream server is timing out",
};

/** `kong.response.error`, and what nginx's own errors look like. */
export function errorAnswer(status: number, requestId: string, message?: string, headers: LuaTable = {}): Exit {
  const text = message ?? MESSAGES[status] ?? "An unexpected error occurred";
  const body = `{\n  "message":${JSON.stringify(text)},\n  "request_id":"${requestId}"\n}`;
  return new Exit(status, body, { ...headers, ...JSON_TYPE });
}
