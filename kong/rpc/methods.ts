import type Server from "kong-pdk/server";
import { startInstance } from "./instances";
import type { RpcRequest } from "./message";
import type { Pending, PhaseEvents } from "./phase-events";

export type CallMethod = (request: RpcRequest) => Pending;
type Method = (argument: unknown) => Pending;
type Fields = Readonly<Record<string, unknown>>;

/** By kind of result, for statically typed plugin servers. For us each is a result. */
const STEPS = [
  "Step",
  "StepMultiMap",
  "StepService",
  "StepConsumer",
  "StepRoute",
  "StepPlugin",
  "StepCredential",
  "StepMemoryStats",
];
const MAX_ECHO = 64;

/**
 * What may be called over the socket. A list, because the server has methods that are nobody's business there:
 * `SetPluginDir` loads code.
 * @returns a function that throws Error where a call is refused at once
 */
export function createMethods(server: Server, events: PhaseEvents, maxInstances: number): CallMethod {
  const methods = new Map<string, Method>([
    ["plugin.GetStatus", () => ({ answer: server.GetStatus() })],
    ["plugin.GetPluginInfo", (name) => ({ answer: server.GetPluginInfo(name) })],
    ["plugin.InstanceStatus", (id) => ({ answer: server.InstanceStatus(toId(id)) })],
    ["plugin.CloseInstance", (id) => ({ answer: server.CloseInstance(toId(id)) })],
    ["plugin.StartInstance", (start) => ({ answer: startInstance(server, readStart(start), maxInstances) })],
    ["plugin.HandleEvent", (event) => startPhase(server, events, readFields(event))],
    ["plugin.StepError", (step) => takeStep(events, readFields(step), true)],
  ]);
  for (const name of STEPS) methods.set(`plugin.${name}`, (step) => takeStep(events, readFields(step), false));

  return ({ method, args }) => {
    if (typeof method !== "string") throw new Error("the method is not a string");
    const call = methods.get(method);
    if (call === undefined) throw unknownMethod(method);
    if (!Array.isArray(args)) throw new Error("the arguments are not an array");
    return call(args[0]);
  };
}

function startPhase(server: Server, events: PhaseEvents, { InstanceId, EventName }: Fields): Pending {
  const id = toId(InstanceId);
  const plugin = server.instances.get(id)?.getName();
  const phases = plugin === undefined ? undefined : server.plugins.get(plugin)?.getPhases();
  // kong-pdk calls whatever method of the plugin has this name, its private ones too.
  if (typeof EventName !== "string" || (phases && !phases.includes(EventName))) throw new Error(`${plugin} has no such phase`);
  return events.start(id, EventName);
}

function takeStep(events: PhaseEvents, { EventId, Data }: Fields, failed: boolean): Pending {
  return events.step(toId(EventId), Data, failed);
}

function readStart(start: unknown): { Name: string; Config: string } {
  const { Name, Config } = readFields(start);
  if (typeof Name !== "string" || typeof Config !== "string") throw new Error("Name and Config are strings");
  return { Name, Config };
}

function readFields(argument: unknown): Fields {
  if (typeof argument !== "object" || argument === null) throw new Error("the argument is not a map");
  return argument as Fields;
}

/** Whatever is no number is the id of nothing. */
function toId(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}

function unknownMethod(method: string): Error {
  const dot = method.indexOf(".");
  const namespace = method.slice(0, dot === -1 ? undefined : dot);
  if (namespace !== "plugin") return new Error(`RPC for ${namespace.slice(0, MAX_ECHO)} is not supported`);
  return new Error(`method ${method.slice(dot + 1, dot + 1 + MAX_ECHO)} not implemented`);
}
