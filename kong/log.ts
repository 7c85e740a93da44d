/** What `graft-log` does when Kong has ended a request: one line with Kong's side of it and Graft's. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, numberAt, objectAt, parseJson, stringAt } from "../plugins/core/read-json";
import type { Runtime } from "../plugins/runtime";
import type { Joins } from "./joins";
import type { Kong } from "./pdk";

export interface LogHost {
  readonly joins: Joins;
  readonly runtime: Pick<Runtime, "logger">;
}

/** Rejects when Kong does not answer. Requests that Graft had nothing to do with leave no line. */
export async function log(kong: Pick<Kong, "log">, { joins, runtime }: LogHost): Promise<void> {
  const finished = parseJson(await kong.log.serialize());
  if (!isObject(finished)) return;
  const requestId = stringAt(objectAt(finished, "request") ?? {}, "id");
  if (requestId === undefined) return;
  const side = kongSide(finished);
  joins.kong(requestId, (record) => runtime.logger.info({ ...record, kong: side }, "request"));
}

/** No headers and no query: there may be secrets in them. */
function kongSide(finished: JsonObject) {
  const at = (key: string): JsonObject => objectAt(finished, key) ?? {};
  const latencies = at("latencies");
  const name = (entity: JsonObject) => stringAt(entity, "name") ?? stringAt(entity, "id");
  const consumer = at("consumer");
  return {
    status: numberAt(at("response"), "status"),
    response_bytes: numberAt(at("response"), "size"),
    request_bytes: numberAt(at("request"), "size"),
    /** Milliseconds, as in Kong's own logs; `proxy` is until the relay's first byte. */
    latencies: {
      request: numberAt(latencies, "request"),
      kong: numberAt(latencies, "kong"),
      proxy: numberAt(latencies, "proxy"),
      receive: numberAt(latencies, "receive"),
    },
    tries: arrayAt(finished, "tries").length,
    route: name(at("route")),
    service: name(at("service")),
    consumer: stringAt(consumer, "username") ?? stringAt(consumer, "custom_id") ?? stringAt(consumer, "id"),
    client_ip: stringAt(finished, "client_ip"),
    started_at: numberAt(finished, "started_at"),
  };
}
