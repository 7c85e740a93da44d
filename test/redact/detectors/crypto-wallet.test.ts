import { createHash } from "node:crypto";
import { cryptoWallet } from "../../../plugins/redact/detectors/crypto-wallet";
import { found, table } from "./support";

const ETHEREUM = "0x52908400098527886E0F7030069857D2E4169EE7";

describe("found", () => {
  table(cryptoWallet, [
    ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    ["to 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy.", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"],
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    ["BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"],
    [
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
    ["bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=1", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    [`eth=${ETHEREUM}`, ETHEREUM],
    [`${ETHEREUM.toLowerCase()}/tokens`, ETHEREUM.toLowerCase()],
    ["\\n1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\\n", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    ["钱包1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa。", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
  ]);

  test.each([
    ["Litecoin", 0x30],
    ["Litecoin script", 0x32],
    ["Dogecoin", 0x1e],
    ["Tron", 0x41],
  ])("%s", (_, version) => {
    const address = base58Check(version);
    expect(found(cryptoWallet, `pay ${address} now`)).toEqual([address]);
  });
});

describe("not found", () => {
  table(cryptoWallet, [
    ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
    ["16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ2"],
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"],
    ["bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    ["8f953371d3e85eddb89b05ed6b9e680791055315c73e1025ab5dba7bb2aee189"],
    ["d41d8cd98f00b204e9800998ecf8427e 3f786850e387550fdab836ed7e6dc881de23001b"],
    [`${ETHEREUM}00`],
    ["0x0000000000000000000000000000000000000000"],
    ["52908400098527886E0F7030069857D2E4169EE7"],
    ["x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    ["1".repeat(34)],
  ]);

  test("a version that no ledger here has", () => {
    expect(found(cryptoWallet, base58Check(0x35))).toEqual([]);
  });
});

function base58Check(version: number): string {
  const body = Buffer.from([version, ...Array.from({ length: 20 }, (_, index) => index * 11)]);
  const sum = createHash("sha256").update(createHash("sha256").update(body).digest()).digest().subarray(0, 4);
  let value = BigInt(`0x${Buffer.concat([body, sum]).toString("hex")}`);
  let text = "";
  for (; value > 0n; value /= 58n)
    text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".charAt(Number(value % 58n)) + text;
  return text;
}
