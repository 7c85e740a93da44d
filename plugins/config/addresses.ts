/** Addresses in a configuration: what they are. */
import { BlockList, isIP } from "node:net";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port` or `[ipv6]:port`. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6)) return undefined;
  return { host, port };
}

export type SocketAddress = { readonly path: string } | HostPort;

/** `unix:///path` or `host:port`. */
export function parseSocket(text: string): SocketAddress | undefined {
  if (!text.startsWith("unix:")) return parseHostPort(text);
  const path = text.slice("unix://".length);
  // sockaddr_un.sun_path holds 108 bytes with its final zero.
  const usable = text.startsWith("unix:///") && path.length > 1 && Buffer.byteLength(path) < 108 && !path.includes("\0");
  return usable ? { path } : undefined;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

export function isLoopback(host: string): boolean {
  return host === "localhost" || contains(LOOPBACK, host);
}

/** BlockList finds IPv4-mapped IPv6 addresses in its IPv4 ranges too. */
function contains(blocks: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && blocks.check(host, version === 6 ? "ipv6" : "ipv4");
}
