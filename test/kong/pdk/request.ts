/** `kong.request`: what the client sent. In `log` only what Kong saved of it. */
import { EMPTY_ARRAY, EMPTY_MAP, packBinary } from "../lua/pack";
import type { Lua, LuaTable } from "../lua/values";
import type { RequestContext } from "../request-context";
import { anywhere, inAccess, type PdkTable, stringArg } from "./method";

/** `nginx_http_client_body_buffer_size`: a longer body is in a file. */
const BODY_BUFFER_BYTES = 8192;

/** A value, or several by one name; `true` is a query argument without `=`. */
type Multi = string | true | readonly (string | true)[];

/** Every value an array; `true` is an array without values. */
export function multiMap(table: Readonly<Record<string, Multi>>): Lua {
  const entries = Object.entries(table).map(([name, value]): [string, Lua] => {
    if (value === true) return [name, EMPTY_ARRAY];
    return [name, typeof value === "string" ? [value] : value];
  });
  return entries.length === 0 ? EMPTY_MAP : (Object.fromEntries(entries) as LuaTable);
}

/** `ngx.req.get_uri_args()` */
export function queryTable(query: string): Record<string, Multi> {
  const table = new Map<string, Multi>();
  for (const argument of query.split("&").filter((part) => part !== "")) {
    const [name = "", ...rest] = argument.split("=");
    const value: string | true = rest.length === 0 ? true : unescaped(rest.join("="));
    const before = table.get(unescaped(name));
    table.set(unescaped(name), before === undefined ? value : [...(typeof before === "object" ? before : [before]), value]);
  }
  return Object.fromEntries(table);
}

function unescaped(text: string): string {
  return text.replaceAll("+", " ").replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** @param limit largest body to read back from its file; 0 = any */
async function rawBody(request: RequestContext, limit: Lua): Promise<Lua> {
  const body = await request.readBody();
  const inMemory = body.length <= BODY_BUFFER_BYTES;
  const fromFile = typeof limit === "number" && limit >= 0 && (limit === 0 || body.length <= limit);
  return packBinary(inMemory || fromFile ? body.toString("latin1") : undefined);
}

function first(value: Multi | undefined): Lua {
  return typeof value === "object" ? value[0] : value;
}

export const REQUEST: PdkTable = {
  "kong.request.get_header": anywhere(({ request }, name) => request.headers.get(stringArg(name, "header name"))),
  "kong.request.get_headers": anywhere(({ request }) => multiMap(request.headers.toTable())),
  "kong.request.get_query": inAccess(({ request }) => multiMap(queryTable(request.query))),
  "kong.request.get_query_arg": inAccess(({ request }, name) => first(queryTable(request.query)[stringArg(name, "name")])),
  "kong.request.get_raw_query": inAccess(({ request }) => request.query),
  "kong.request.get_path": inAccess(({ request }) => request.rawPath),
  "kong.request.get_raw_path": inAccess(({ request }) => request.rawPath),
  "kong.request.get_path_with_query": inAccess(({ request }) => request.rawUri),
  "kong.request.get_method": inAccess(({ request }) => request.incoming.method),
  "kong.request.get_scheme": inAccess(() => "http"),
  "kong.request.get_host": inAccess(({ request }) => hostOf(request)[0]),
  "kong.request.get_port": inAccess(({ request }) => request.incoming.socket.localPort),
  "kong.request.get_forwarded_scheme": inAccess(() => "http"),
  "kong.request.get_forwarded_host": inAccess(({ request }) => hostOf(request)[0]),
  "kong.request.get_forwarded_port": inAccess(({ request }) => Number(hostOf(request)[1] ?? 80)),
  "kong.request.get_http_version": inAccess(({ request }) => Number(request.incoming.httpVersion)),
  "kong.request.get_start_time": anywhere(({ request }) => request.startedAt),
  "kong.request.get_raw_body": inAccess(({ request }, limit) => rawBody(request, limit)),
};

export function hostOf(request: RequestContext): readonly string[] {
  return (request.incoming.headers.host ?? "").toLowerCase().split(/:(?=\d+$)/);
}
