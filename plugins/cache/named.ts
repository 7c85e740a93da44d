import type { Fingerprint } from "./key/fingerprint";

/** The name of an exchange's answer. */
export interface Named {
  readonly key: string;
  /** Of all questions that could have each other's answers. */
  rest(): string;
  readonly print: Fingerprint;
}
