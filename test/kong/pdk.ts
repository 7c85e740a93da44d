/** The PDK that external plugins reach over RPC: name → function, and which Step carries its result back. */
import { type Lua, LuaError } from "./lua/values";
import { CLIENT } from "./pdk/client";
import type { PdkContext, PdkTable } from "./pdk/method";
import { OTHER } from "./pdk/other";
import { REQUEST } from "./pdk/request";
import { RESPONSE } from "./pdk/response";
import { SERVICE } from "./pdk/service";

const METHODS: PdkTable = { ...CLIENT, ...SERVICE, ...REQUEST, ...RESPONSE, ...OTHER };

/** An unknown method is logged and gives nil. @throws LuaError where Kong's own check fails · Exit where the method ends the request */
export async function callPdk(context: PdkContext, name: string, args: readonly Lua[]): Promise<Lua> {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) {
    context.log("err", `could not find pdk method: ${name}`);
    return undefined;
  }
  if (!method.phases.includes(context.phase))
    throw new LuaError(`${name} cannot be called in ${context.phase} phase (only in: ${method.phases.join(", ")})`);
  return await method.run(context, ...args);
}

const STEPS: Readonly<Record<string, string>> = {
  "kong.client.get_credential": "plugin.StepCredential",
  "kong.client.authenticate": "plugin.StepCredential",
  "kong.client.load_consumer": "plugin.StepConsumer",
  "kong.client.get_consumer": "plugin.StepConsumer",
  "kong.node.get_memory_stats": "plugin.StepMemoryStats",
  "kong.router.get_route": "plugin.StepRoute",
  "kong.router.get_service": "plugin.StepService",
  "kong.request.get_query": "plugin.StepMultiMap",
  "kong.request.get_headers": "plugin.StepMultiMap",
  "kong.response.get_headers": "plugin.StepMultiMap",
  "kong.service.response.get_headers": "plugin.StepMultiMap",
};

export function stepFor(method: string): string {
  return STEPS[method] ?? "plugin.Step";
}
