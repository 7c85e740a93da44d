import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Compares digests under a random key: equal length, and the time taken says nothing about the token. */
export class TokenCheck {
  readonly #required: boolean;
  readonly #key = randomBytes(32);
  #wanted: { readonly token: string; readonly digest: Buffer } | undefined;

  /** @param required nobody passes while there is no token to compare with */
  constructor(required: boolean) {
    this.#required = required;
  }

  /** @param wanted the token in force: a new configuration may bring another one, or none */
  passes(given: string | undefined, wanted: string | undefined): boolean {
    if (wanted === undefined) return !this.#required;
    if (this.#wanted?.token !== wanted) this.#wanted = { token: wanted, digest: this.#digest(wanted) };
    return given !== undefined && timingSafeEqual(this.#digest(given), this.#wanted.digest);
  }

  #digest(text: string): Buffer {
    return createHmac("sha256", this.#key).update(text).digest();
  }
}
