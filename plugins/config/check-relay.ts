/** Checks of `envoy` that matter where the relay stands behind Envoy only. */
import { parseSocket } from "./addresses";
import type { Inspection } from "./inspection";

/** Part of an Envoy format string: what separates its words cannot stand in one. */
const FORMATTER_WORD = /^[\w.-]+$/;

export function checkRelay(it: Inspection): void {
  const { sockets, relay_token, caller } = it.config.envoy;
  const open = sockets.find((socket) => !isUnixSocket(socket));
  if (open !== undefined && relay_token === undefined) {
    const message = `is required: whoever reaches ${open} could be any caller and spend your providers' keys`;
    it.error(["envoy", "relay_token"], message);
  }
  if (caller.kind === "jwt" && !FORMATTER_WORD.test(caller.jwt.metadata_key)) {
    it.error(["envoy", "caller", "jwt", "metadata_key"], "must consist of letters, digits, `.`, `_` and `-` for the relay");
  }
}

function isUnixSocket(socket: string): boolean {
  const address = parseSocket(socket);
  return address !== undefined && "path" in address;
}
