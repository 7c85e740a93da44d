/** Addresses of wallets on public ledgers. */
import { base58Version } from "./base58";
import { hasBech32Sum } from "./bech32";
import type { Detector, Finding } from "./detector";

const ADDRESS = /0x[\da-f]{40}|(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,71}|[139adlmt][1-9a-z]{24,34}/gi;
/** Bitcoin, its scripts; Litecoin, its scripts; Dogecoin, its scripts; Tron. */
const VERSIONS = [0x00, 0x05, 0x30, 0x32, 0x1e, 0x16, 0x41];
const ETHEREUM = /^0x/i;
const BECH32 = /^(?:bc|tb|ltc)1/i;

export const cryptoWallet: Detector = {
  entity: "crypto_wallet",
  group: "finance",
  description:
    "Bitcoin, Litecoin, Dogecoin and Tron addresses with a right check sum; 0x and 40 hexadecimal digits (Ethereum; EIP-55 case not checked).",
  longest: 75,
  find(scan) {
    const findings: Finding[] = [];
    for (const { start, end, match } of scan.matches(scan.tokens, ADDRESS))
      if (isAddress(match[0])) findings.push({ start, end });
    return findings;
  },
};

function isAddress(text: string): boolean {
  if (ETHEREUM.test(text)) return !/^0x0+$/i.test(text);
  if (BECH32.test(text)) return (text === text.toLowerCase() || text === text.toUpperCase()) && hasBech32Sum(text.toLowerCase());
  const version = base58Version(text);
  return version !== undefined && VERSIONS.includes(version);
}
