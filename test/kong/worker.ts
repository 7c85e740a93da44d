/** One nginx worker's half of the plugin server protocol: instances by plugin configuration, events, steps. */
import { setTimeout as sleep } from "node:timers/promises";
import { bytesOf, isArray, isTable, type Lua, LuaError } from "./lua/values";
import { callPdk, stepFor } from "./pdk";
import type { PdkContext, Phase } from "./pdk/method";
import type { RequestContext } from "./request-context";
import type { RpcClient } from "./rpc-client";
import { RpcError } from "./rpc-connection";

/** One plugin entity with its configuration, as one worker loaded it. */
export interface ExternalPlugin {
  readonly name: string;
  /** Of the entity: the same after a reload. */
  readonly id: string;
  /** New with every load, and in every worker. */
  readonly seq: number;
  /** Text of `Config`. */
  readonly config: string;
  readonly rpc: RpcClient;
}

export interface WorkerHost {
  log(level: string, message: string): void;
  /** Tells every worker that the instances of a plugin are gone. */
  resetInstances(pluginName: string): void;
}

interface Instance {
  readonly pluginName: string;
  readonly seq: number;
  /** Absent while it is being started. */
  readonly id?: number;
}

/** Real Kong starts again for as long as it is told to. */
const MOST_RESTARTS = 5;

/** How often Kong looks whether somebody else has started the instance, and how often at most. */
const CLAIM_POLL_MS = 100;
const CLAIM_POLLS = 100;

export class Worker {
  readonly #host: WorkerHost;
  readonly #instances = new Map<string, Instance>();

  constructor(host: WorkerHost) {
    this.#host = host;
  }

  forgetInstances(pluginName: string): void {
    for (const [key, instance] of this.#instances) if (instance.pluginName === pluginName) this.#instances.delete(key);
  }

  /**
   * One phase of one plugin. What the server complains about is logged, and the request goes on.
   * @throws LuaError · Exit
   */
  async handleEvent(plugin: ExternalPlugin, phase: Phase, request: RequestContext): Promise<void> {
    for (let starts = 1; ; starts += 1) {
      try {
        const instance = await this.#instanceOf(plugin, request);
        await this.#runEvent(plugin, instance, phase, request);
        return;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        if (!error.message.toLowerCase().includes("no plugin instance") || starts > MOST_RESTARTS) {
          this.#host.log("err", error.message);
          return;
        }
        this.#host.log("warn", error.message);
        this.forgetInstances(plugin.name);
        this.#host.resetInstances(plugin.name);
      }
    }
  }

  /** @throws LuaError when it cannot be started */
  async #instanceOf(plugin: ExternalPlugin, request: RequestContext): Promise<number> {
    const { id: key, seq, name: pluginName, rpc } = plugin;
    let known = this.#instances.get(key);
    for (let polls = 0; known !== undefined && known.id === undefined; polls += 1) {
      if (polls >= CLAIM_POLLS) {
        this.#instances.delete(key);
        throw new RpcError(`Could not claim instance_id for ${pluginName} (key: ${key})`);
      }
      await sleep(CLAIM_POLL_MS);
      known = this.#instances.get(key);
    }
    if (known?.id !== undefined && known.seq === seq) return known.id;
    this.#instances.set(key, { pluginName, seq });
    let id: number;
    try {
      request.rpcs += 1;
      id = readStarted(await rpc.call("plugin.StartInstance", { Name: bytesOf(pluginName), Config: bytesOf(plugin.config) }));
    } catch (error) {
      this.#instances.delete(key);
      const message = error instanceof Error ? error.message : String(error);
      this.#host.log("err", `starting instance: ${message}`);
      throw new LuaError(message);
    }
    this.#instances.set(key, { pluginName, seq, id });
    if (known?.id !== undefined) await rpc.call("plugin.CloseInstance", known.id).catch(() => {});
    return id;
  }

  async #runEvent({ rpc }: ExternalPlugin, instance: number, phase: Phase, request: RequestContext): Promise<void> {
    const context: PdkContext = { request, phase, log: (level, message) => this.#host.log(level, message) };
    request.rpcs += 1;
    let step = readStep(await rpc.call("plugin.HandleEvent", { InstanceId: instance, EventName: phase }));
    const { EventId } = step;
    while (step.Data !== "ret") {
      const { Method, Args } = readCall(step.Data);
      request.pdkCalls.push(Method);
      const Data = await callPdk(context, Method, Args);
      request.rpcs += 1;
      step = readStep(await rpc.call(stepFor(Method), { EventId, Data }));
    }
  }
}

function readStarted(answer: Lua): number {
  if (!isTable(answer) || typeof answer["Id"] !== "number") throw new LuaError("attempt to index a nil value (status)");
  return answer["Id"];
}

function readStep(answer: Lua): { readonly EventId: Lua; readonly Data: Lua } {
  if (!isTable(answer)) throw new LuaError("attempt to index a nil value (step_in)");
  return { EventId: answer["EventId"], Data: answer["Data"] };
}

function readCall(data: Lua): { readonly Method: string; readonly Args: readonly Lua[] } {
  if (!isTable(data) || typeof data["Method"] !== "string") throw new LuaError("attempt to index field 'Data'");
  const { Method, Args } = data;
  return { Method, Args: isArray(Args) ? Args : [Args] };
}
