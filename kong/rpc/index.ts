export { DEFAULT_RPC_LIMITS, listenForKong, type RpcLimits, type RpcListener, type RpcOptions } from "./listener";
export { createPluginServer, type PluginModule, type RpcLogger } from "./plugin-server";
