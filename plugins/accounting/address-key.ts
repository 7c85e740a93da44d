import { isIPv6 } from "node:net";

const GROUPS = 8;
/** The part of an IPv6 address that says whose it is; the rest (64 bits) its owner can change as often as he likes. */
const OWNED = 4;

/** What counts as one address: an IPv4 address, also where it is written as an IPv6 one, or the /64 network of an IPv6 address. */
export function addressKey(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail = ""] = ip.replace(/%.*$/, "").toLowerCase().split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail);
  const missing = Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => "0");
  const all = ip.includes("::") ? [...before, ...missing, ...after] : before;
  return `${all
    .slice(0, OWNED)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

function groupsOf(text: string): string[] {
  // An IPv4 tail is two groups, and never among the first four.
  return text === "" ? [] : text.split(":").flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));
}
