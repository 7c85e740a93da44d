import { BlockList, isIP } from "node:net";

/**
 * Whether NO_PROXY names this address. Entries are divided by commas or blanks: `*`, an address, a network (`10.0.0.0/8`), or a domain
 * (`example.com`, `.example.com`, `*.example.com`: all three mean the name and everything below it), each but `*` and networks with a
 * port or without.
 */
export function isExempt(url: URL, list: string): boolean {
  const host = plain(url.hostname);
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry === "*" || (entry.includes("/") ? inNetwork(host, entry) : names(entry, host, port)));
}

function names(entry: string, host: string, port: string): boolean {
  // An IPv6 address without brackets has no port.
  const [, before, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const name = plain(before ?? entry).replace(/^\*?\./, "");
  if (name === "") return false;
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function inNetwork(host: string, entry: string): boolean {
  const [network = "", bits = ""] = entry.split("/");
  const version = isIP(plain(network));
  const prefix = Number(bits);
  if (version === 0 || isIP(host) !== version || !/^\d+$/.test(bits) || prefix > (version === 6 ? 128 : 32)) return false;
  const family = version === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(plain(network), prefix, family);
  return list.check(host, family);
}

/** Without brackets around an IPv6 address and without the dot that ends a full name. */
function plain(host: string): string {
  return host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
