/** `kong.ctx`, `kong.nginx`, `kong.log`, `kong.router` and what else plugins ask for. */
import { type Lua, LuaError, toLua } from "../lua/values";
import { serialize } from "../serialize";
import { anywhere, inAccess, inLog, type PdkContext, type PdkTable, stringArg } from "./method";

const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

function variable({ request }: PdkContext, name: Lua): Lua {
  switch (name) {
    case "request_id":
    case "kong_request_id":
      return request.requestId;
    case "request_uri":
      return request.rawUri;
    case "remote_addr":
    case "realip_remote_addr":
      return request.clientIp;
    case "upstream_uri":
      return request.upstreamPath;
    case "args":
      return request.query;
    default:
      return typeof name === "string" && name.startsWith("http_")
        ? request.headers.get(name.slice(5).replaceAll("_", "-"))
        : undefined;
  }
}

export const OTHER: PdkTable = {
  "kong.ctx.shared.get": anywhere(({ request }, key) => request.shared.get(String(key))),
  "kong.ctx.shared.set": anywhere(({ request }, key, value) => {
    request.shared.set(String(key), value);
    return undefined;
  }),
  "kong.nginx.get_ctx": anywhere(({ request }, key) => request.ngxCtx.get(String(key))),
  "kong.nginx.set_ctx": anywhere(({ request }, key, value) => {
    request.ngxCtx.set(String(key), value);
    return undefined;
  }),
  "kong.nginx.get_var": inAccess(variable),
  "kong.nginx.req_start_time": anywhere(({ request }) => request.startedAt / 1000),
  "kong.router.get_route": anywhere(({ request }) => toLua(request.route)),
  "kong.router.get_service": anywhere(({ request }) => toLua(request.service)),
  "kong.node.get_id": anywhere(() => "00000000-0000-4000-8000-000000000000"),
  "kong.node.get_memory_stats": anywhere(() => ({ lua_shared_dicts: {}, workers_lua_vms: [] })),
  "kong.log.serialize": inLog(({ request }) => serialize(request)),
  "kong.log.set_serialize_value": anywhere(({ request }, key, value) => {
    request.serializeValues.set(stringArg(key, "key"), value);
    return undefined;
  }),
  ...Object.fromEntries(
    LEVELS.map((level) => [
      `kong.log.${level}`,
      anywhere(({ log }, ...words) => {
        if (words.some((word) => typeof word === "object")) throw new LuaError("bad argument to log: table");
        log(level, words.map((word) => String(word ?? "nil")).join(""));
        return undefined;
      }),
    ]),
  ),
};
