import type { Relay } from "../../plugins/relay";
import { placeUnixSocket } from "../../plugins/unix-socket";
import { formatTcp, parseListenAddress } from "../transport/listen-address";

const OWNER_ONLY = 0o600;

export interface Listening {
  /** The address in use, in the form it can be given again. */
  readonly address: string;
  /** A successor may take the address from now on; connections stay. */
  leave(): void;
}

/** @param address `unix:///path`, `host:port` or `:port` (loopback) @throws Error when it cannot be listened on */
export async function listenForEnvoy(relay: Pick<Relay, "listen" | "port">, address: string): Promise<Listening> {
  const wanted = parseListenAddress(address);
  if (wanted.kind === "unix") {
    const leave = await placeUnixSocket(wanted.path, { mode: OWNER_ONLY }, (path) => relay.listen({ path }));
    return { address: `unix://${wanted.path}`, leave };
  }
  await relay.listen(wanted);
  return { address: formatTcp(wanted.host, relay.port), leave() {} };
}
