/** One `access` phase played by hand, as a worker of Kong would play it: the test gives Kong's answers. */
import { isArray, isTable, type Lua } from "../../kong/lua/values";
import { stepFor } from "../../kong/pdk";
import { RpcClient } from "../../kong/rpc-client";

/** Kong's side of a call: its result, or that it failed. */
export type Answer = { readonly result: Lua } | "fails";

export interface PdkCall {
  readonly method: string;
  readonly args: readonly Lua[];
}

/** @returns the calls the plugin made; the last one is `kong.response.exit` where it refused */
export async function playAccess(socket: string, config: unknown, answers: (call: PdkCall) => Answer): Promise<PdkCall[]> {
  const rpc = new RpcClient(socket, { deadlineMs: 10_000 });
  const calls: PdkCall[] = [];
  try {
    const started = await rpc.call("plugin.StartInstance", { Name: "graft", Config: JSON.stringify(config) });
    const InstanceId = isTable(started) ? started["Id"] : undefined;
    let step = await rpc.call("plugin.HandleEvent", { InstanceId, EventName: "access" });
    for (;;) {
      if (!isTable(step)) throw new Error("no step");
      const { EventId, Data } = step;
      if (Data === "ret") return calls;
      if (!isTable(Data)) throw new Error(`neither a call nor the end: ${JSON.stringify(Data)}`);
      const { Method: method, Args: args } = Data;
      const call = { method: String(method), args: isArray(args ?? null) ? (args as readonly Lua[]) : [] };
      calls.push(call);
      if (call.method === "kong.response.exit") return calls;
      const answer = answers(call);
      step =
        answer === "fails"
          ? await rpc.call("plugin.StepError", { EventId, Data: "it failed" })
          : await rpc.call(stepFor(call.method), { EventId, Data: answer.result });
    }
  } finally {
    rpc.close();
  }
}
