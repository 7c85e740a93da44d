/** Addresses that nothing Graft connects to may have. */
import { BlockList, isIP } from "node:net";

/** Link-local networks, and the metadata services of clouds that live elsewhere: they give credentials to whoever asks. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");
LINK_LOCAL.addSubnet("64:ff9b::a9fe:0", 112, "ipv6"); // NAT64 of 169.254.0.0/16
LINK_LOCAL.addSubnet("2002:a9fe::", 32, "ipv6"); // 6to4 of the same
LINK_LOCAL.addAddress("fd00:ec2::254", "ipv6"); // AWS
LINK_LOCAL.addAddress("fd20:ce::254", "ipv6"); // Google
LINK_LOCAL.addAddress("100.100.100.200", "ipv4"); // Alibaba
LINK_LOCAL.addAddress("192.0.0.192", "ipv4"); // Oracle
LINK_LOCAL.addAddress("168.63.129.16", "ipv4"); // Azure

const METADATA_NAMES = new Set(["metadata.google.internal", "metadata", "instance-data"]);

/** @param host name or IP address, IPv6 with or without brackets */
export function isLinkLocal(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "");
  return contains(LINK_LOCAL, name) || METADATA_NAMES.has(name.toLowerCase().replace(/\.$/, ""));
}

/** BlockList finds IPv4-mapped IPv6 addresses in its IPv4 ranges too. */
function contains(blocks: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && blocks.check(host, version === 6 ? "ipv6" : "ipv4");
}
