import { hash, timingSafeEqual } from "node:crypto";

/** Compares digests: equal length, and the time taken says nothing about the token. */
export class TokenCheck {
  readonly #required: boolean;
  #wanted: { readonly token: string; readonly digest: Buffer } | undefined;

  /** @param required nobody passes while there is no token to compare with */
  constructor(required: boolean) {
    this.#required = required;
  }

  /** @param wanted the token in force: a new configuration may bring another one, or none */
  passes(given: string | undefined, wanted: string | undefined): boolean {
    if (wanted === undefined) return !this.#required;
    if (this.#wanted?.token !== wanted) this.#wanted = { token: wanted, digest: digestOf(wanted) };
    return given !== undefined && timingSafeEqual(digestOf(given), this.#wanted.digest);
  }
}

/** Not an Hmac object, which takes longer to make than all the rest of it. */
function digestOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
