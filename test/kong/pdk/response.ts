/** `kong.response`: the answer to the client. */
import { errorAnswer, exit } from "../exit";
import { headerValues } from "../header-list";
import { type Lua, LuaError, type LuaTable } from "../lua/values";
import { anywhere, inAccess, type PdkTable, stringArg, tableArg } from "./method";
import { multiMap } from "./request";

function checkedStatus(status: Lua, min: number): number {
  if (typeof status !== "number") throw new LuaError("code must be a number");
  if (status < min || status > 599) throw new LuaError(`code must be a number between ${min} and 599`);
  return status;
}

function checkedHeaders(headers: Lua): LuaTable {
  const table = headers === undefined ? {} : tableArg(headers, "headers");
  for (const [name, value] of Object.entries(table))
    if (headerValues(value) === undefined) throw new LuaError(`invalid header value for "${name}"`);
  return table;
}

function checkedValues(name: Lua, value: Lua): readonly [string, readonly string[]] {
  const values = headerValues(value);
  if (values === undefined) throw new LuaError("invalid header value");
  return [stringArg(name, "header"), values];
}

export const RESPONSE: PdkTable = {
  "kong.response.exit": inAccess((_, status, body, headers) => {
    const code = checkedStatus(status, 100);
    if (body !== undefined && typeof body !== "string" && typeof body !== "object")
      throw new LuaError("body must be a nil, string or table");
    throw exit(code, body, checkedHeaders(headers));
  }),
  "kong.response.error": inAccess(({ request }, status, message, headers) => {
    const code = checkedStatus(status, 400);
    throw errorAnswer(code, request.requestId, typeof message === "string" ? message : undefined, checkedHeaders(headers));
  }),
  "kong.response.set_header": inAccess(({ request }, name, value) => {
    const [checked, values] = checkedValues(name, value);
    request.responseHeaders.set(checked, ...values);
    return undefined;
  }),
  "kong.response.add_header": inAccess(({ request }, name, value) => {
    const [checked, values] = checkedValues(name, value);
    for (const one of values) request.responseHeaders.add(checked, one);
    return undefined;
  }),
  "kong.response.clear_header": inAccess(({ request }, name) => {
    request.responseHeaders.remove(stringArg(name, "header"));
    return undefined;
  }),
  "kong.response.get_status": anywhere(({ request }) => request.status || 200),
  "kong.response.get_header": anywhere(({ request }, name) => request.answerHeaders.get(stringArg(name, "header name"))),
  "kong.response.get_headers": anywhere(({ request }) => multiMap(request.answerHeaders.toTable())),
  "kong.response.get_source": anywhere(({ request }) => (request.answeredBy === "upstream" ? "service" : "exit")),
};
