/** Check sums of bech32 (BIP 173) and bech32m (BIP 350). */
const CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const BECH32 = 1;
const BECH32M = 0x2bc830a3;

/** @param address in lower case, with its prefix: `bc1q…` */
export function hasBech32Sum(address: string): boolean {
  const separator = address.lastIndexOf("1");
  const prefix = [...address.slice(0, separator)].map((character) => character.charCodeAt(0));
  const data = [...address.slice(separator + 1)].map((character) => CHARACTERS.indexOf(character));
  if (data.includes(-1)) return false;
  const sum = polymod([...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data]);
  return sum === BECH32 || sum === BECH32M;
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATORS.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return sum;
}
