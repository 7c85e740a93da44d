/** Callers that every host knows, each by the means of its own authentication. */
import { createSign, generateKeyPairSync } from "node:crypto";

export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
  readonly team?: string;
}

export const ALICE: Person = { name: "alice", groups: ["staff", "gold"] };
export const BOB: Person = { name: "bob", groups: ["staff"] };
export const CAROL: Person = { name: "carol", groups: ["staff"], team: "search" };
export const DAVE: Person = { name: "dave", groups: ["staff"], team: "search" };
export const PEOPLE = [ALICE, BOB, CAROL, DAVE];

export const ISSUER = "https://idp.test";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** What Envoy verifies tokens with. */
export const JWKS = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "ES256", use: "sig" }] });

const tokens = new Map<Person, string>();

/** The same one each time: a test may look for it where it must not be. */
export function tokenOf(person: Person): string {
  const token = tokens.get(person) ?? sign(person);
  tokens.set(person, token);
  return token;
}

function sign({ name, groups, team }: Person): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const signed = `${part({ alg: "ES256", kid: "k1" })}.${part({ iss: ISSUER, sub: name, groups, team, exp })}`;
  const signature = createSign("SHA256").update(signed).sign({ key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
