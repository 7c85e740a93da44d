import { randomInt } from "node:crypto";
import "./without-ts-node";
import { Module, type PluginModule } from "kong-pdk/lib/mod";
import Server from "kong-pdk/server";

export type { PluginModule };
export type RpcLogger = Server.Logger;

/** Leaves 2^53 - 2^47 ids to count up: Kong's Lua reads and writes whole numbers up to 2^53. */
const FIRST_ID_BELOW = 2 ** 47;

/** kong-pdk's server with these plugins and nothing else; it reads no directory and listens nowhere. */
export function createPluginServer(plugins: readonly PluginModule[], logger: RpcLogger): Server {
  const server = new Server(null, logger);
  // Kong keeps an instance for as long as its configuration lives: none may expire.
  server.close();
  // Kong goes on using the ids it was given by a process that is no more. Counted from 0, they would name another route's
  // instance or another request's event in this one; unknown, they make Kong start again.
  server.instanceID = randomInt(FIRST_ID_BELOW);
  server.eventID = randomInt(FIRST_ID_BELOW);
  for (const plugin of plugins) {
    if (plugin.Name === undefined) throw new Error("a plugin needs a Name");
    const module = new Module(plugin.Name, undefined, plugin);
    server.plugins.set(module.name, module);
  }
  return server;
}
