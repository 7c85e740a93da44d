export type ListenAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

const LOOPBACK = "127.0.0.1";
const UNIX = /^unix:(?:\/\/)?(?<path>\/.*[^/])$/;
const TCP = /^(?:\[(?<ipv6>[0-9a-fA-F:.%]+)\]|(?<host>[^:/[\]]*)):(?<port>\d{1,5})$/;

/** `unix:///run/graft.sock`, `host:port`, `[::1]:port` or `:port`. Without a host it is loopback, never every interface. */
export function parseListenAddress(address: string): ListenAddress {
  const path = UNIX.exec(address)?.groups?.["path"];
  if (path !== undefined) return { kind: "unix", path };
  const parts = TCP.exec(address)?.groups;
  const port = Number(parts?.["port"]);
  if (!parts || port > 65_535) throw new Error(`cannot listen on "${address}": write unix:///path, host:port or :port`);
  return { kind: "tcp", host: parts["ipv6"] ?? (parts["host"] || LOOPBACK), port };
}

/** In the form it can be given again. */
export function formatTcp(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
