/** `kong.service`: where the request goes, and what it says there. */
import { headerValues } from "../header-list";
import { type Lua, LuaError } from "../lua/values";
import type { RequestContext } from "../request-context";
import { inAccess, integerArg, type PdkTable, stringArg, tableArg } from "./method";

/** @throws LuaError on what is no header */
function checkedHeader(name: Lua, value: Lua): { readonly name: string; readonly values: readonly string[] } {
  if (typeof name !== "string")
    throw new LuaError(`invalid header name "${String(name)}": got ${typeName(name)}, expected string`);
  const values = headerValues(value);
  const expected = "expected array of string, string, number or boolean";
  if (values === undefined) throw new LuaError(`invalid header value for "${name}": got ${typeName(value)}, ${expected}`);
  return { name, values };
}

function setHeader(request: RequestContext, name: Lua, value: Lua): void {
  const header = checkedHeader(name, value);
  if (header.name.toLowerCase() === "host") request.upstreamHost = header.values[0];
  request.headers.set(header.name, ...header.values);
}

function typeName(value: Lua): string {
  if (value === undefined) return "nil";
  return value === null ? "userdata" : typeof value === "object" ? "table" : typeof value;
}

const MAX_MS = 2_147_483_646;

export const SERVICE: PdkTable = {
  "kong.service.set_target": inAccess(({ request }, host, port) => {
    const target = { host: stringArg(host, "host"), port: integerArg(port, "port", 0, 65_535) };
    request.target = target;
    // Kong sends the host as it was given, without the port.
    request.upstreamHost = target.host;
    return undefined;
  }),
  // No upstream entities here: not found is `nil, err`, of which the plugin server sees the nil.
  "kong.service.set_upstream": inAccess((_, host) => {
    stringArg(host, "host");
    return undefined;
  }),
  "kong.service.set_retries": inAccess(({ request }, retries) => {
    request.retries = integerArg(retries, "retries", 0, 32_767);
    return undefined;
  }),
  "kong.service.set_timeouts": inAccess(({ request }, connect, write, read) => {
    request.connectTimeout = integerArg(connect, "connect_timeout", 1, MAX_MS);
    integerArg(write, "write_timeout", 1, MAX_MS);
    request.readTimeout = integerArg(read, "read_timeout", 1, MAX_MS);
    return undefined;
  }),
  "kong.service.request.set_header": inAccess(({ request }, name, value) => {
    setHeader(request, name, value);
    return undefined;
  }),
  "kong.service.request.add_header": inAccess(({ request }, name, value) => {
    const header = checkedHeader(name, value);
    for (const one of header.values) request.headers.add(header.name, one);
    return undefined;
  }),
  "kong.service.request.set_headers": inAccess(({ request }, headers) => {
    const entries = Object.entries(tableArg(headers, "headers"));
    for (const [name, value] of entries) checkedHeader(name, value);
    for (const [name, value] of entries) setHeader(request, name, value);
    return undefined;
  }),
  "kong.service.request.clear_header": inAccess(({ request }, name) => {
    request.headers.remove(stringArg(name, "header"));
    return undefined;
  }),
  "kong.service.request.set_scheme": inAccess(({ request }, scheme) => {
    const wanted = stringArg(scheme, "scheme");
    if (wanted !== "http" && wanted !== "https") throw new LuaError(`invalid scheme: ${wanted}`);
    request.scheme = wanted;
    return undefined;
  }),
  "kong.service.request.set_path": inAccess(({ request }, path) => {
    const wanted = stringArg(path, "path");
    if (!wanted.startsWith("/")) throw new LuaError("path must start with /");
    request.upstreamPath = wanted;
    return undefined;
  }),
  "kong.service.request.set_raw_query": inAccess(({ request }, query) => {
    request.query = stringArg(query, "query");
    return undefined;
  }),
  "kong.service.request.set_method": inAccess(({ request }, method) => {
    request.method = stringArg(method, "method");
    return undefined;
  }),
  "kong.service.request.set_raw_body": inAccess(({ request }, body) => {
    request.body = Buffer.from(stringArg(body, "body"), "latin1");
    request.incoming.resume();
    return undefined;
  }),
};
