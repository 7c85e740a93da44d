/** A question is compared as a list of these. */
export type TokenKind = "word" | "number" | "unit" | "date" | "code" | "url" | "quote" | "placeholder" | "sign" | "break";

export interface Token {
  readonly kind: TokenKind;
  /** What is compared: words in lower case, numbers without thousands separators, code and quotes as written. */
  readonly key: string;
  /** A word that is written like a name: capitals where a sentence does not ask for them. */
  readonly name: boolean;
}

export function token(kind: TokenKind, key: string, name = false): Token {
  return { kind, key, name };
}

export function isWord(it: Token | undefined, key: string): boolean {
  return it?.kind === "word" && it.key === key;
}
