import type { Consumer, Credential } from "../entities";
import { errorAnswer } from "../exit";
import { bytesOf } from "../lua/values";
import { queryTable } from "../pdk/request";
import type { RequestContext } from "../request-context";
import { type BundledPlugin, type Surroundings, strings } from "./plugin";

interface KeyAuthConfig {
  readonly names: readonly string[];
  readonly hide: boolean;
}

/** Where the key is looked for, and what is wrong with what was found. */
function authenticate(request: RequestContext, { names, hide }: KeyAuthConfig, { consumers }: Surroundings): string | Credential {
  const query = queryTable(request.query);
  for (const name of names) {
    const inHeader = request.headers.getAll(name);
    const found = inHeader.length > 1 ? inHeader : (inHeader[0] ?? query[name]);
    if (typeof found === "object") return "Duplicate API key found";
    if (typeof found !== "string") continue;
    if (hide) {
      request.headers.remove(name);
      const rest = request.query.split("&").filter((argument) => argument.split("=", 1)[0] !== name);
      request.query = rest.join("&");
    }
    if (found === "") break;
    return consumers.credential(found) ?? "Unauthorized";
  }
  return "No API key found in request";
}

function setConsumer(request: RequestContext, consumer: Consumer | undefined, credential?: Credential): void {
  const put = (name: string, value: string | undefined): void => {
    if (value === undefined) request.headers.remove(name);
    else request.headers.set(name, bytesOf(value));
  };
  request.consumer = consumer;
  request.credential = credential;
  put("X-Consumer-ID", consumer?.id);
  put("X-Consumer-Custom-ID", consumer?.custom_id);
  put("X-Consumer-Username", consumer?.username);
  put("X-Credential-Identifier", credential?.id);
  put("X-Anonymous-Consumer", credential === undefined ? "true" : undefined);
}

export const keyAuth: BundledPlugin = {
  name: "key-auth",
  priority: 1250,
  schema: {
    type: "record",
    fields: [
      { key_names: { type: "array", required: true, elements: { type: "string" }, default: ["apikey"] } },
      { hide_credentials: { type: "boolean", required: true, default: false } },
      { anonymous: { type: "string" } },
      { run_on_preflight: { type: "boolean", required: true, default: true } },
    ],
  },
  access(config, request, surroundings) {
    if (config["run_on_preflight"] === false && request.method === "OPTIONS") return;
    const anonymous = config["anonymous"];
    if (typeof anonymous === "string" && request.credential !== undefined) return;
    const names = strings(config["key_names"]);
    const found = authenticate(request, { names, hide: config["hide_credentials"] === true }, surroundings);
    if (typeof found !== "string") setConsumer(request, surroundings.consumers.find(found.consumer.id), found);
    else if (typeof anonymous === "string") setConsumer(request, surroundings.consumers.find(anonymous));
    else throw errorAnswer(401, request.requestId, found, { "WWW-Authenticate": "Key" });
  },
};
