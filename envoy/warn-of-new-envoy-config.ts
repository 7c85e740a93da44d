import type { Gateway } from "../plugins/gateway";
import type { Logger } from "../plugins/observe/log";
import { clusterHash } from "./config";
import type { Mode } from "./mode";

/** What a reload changes may be Envoy's business as well. */
export function warnOfNewEnvoyConfig(mode: Mode) {
  return (now: Gateway, before: Gateway, logger: Logger): void => {
    if (clusterHash(now.config, mode) === clusterHash(before.config, mode)) return;
    const command = mode === "relay" ? "graft envoy-config --mode relay" : "graft envoy-config";
    const what = mode === "relay" ? "sockets, routes, callers or the token" : "providers, sockets or routes";
    logger.warn(`${what} changed: Envoy needs the new output of \`${command}\` as well`);
  };
}
