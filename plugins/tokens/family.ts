/** What a request costs beside its text. Tokens that are no text's are the model's own; texts are counted in o200k and multiplied. */
import type { ImageRule } from "./image-tokens";

export interface Family {
  readonly name: string;
  /** The public rule, applied with the model's own encoding, is the provider's count. */
  readonly exact: boolean;
  /** Tokens for one o200k token of text. */
  readonly text: number;
  /** Tokens of every request, and of every message. */
  readonly base: number;
  readonly message: number;
  readonly tools: {
    readonly style: "typescript" | "json";
    /** Tokens for one o200k token of definitions in that style. */
    readonly text: number;
    /** Tokens that come with the first tool: instructions how to call. */
    readonly base: number;
  };
  /** Definitions count with a tool choice of `none` as well. */
  readonly forbiddenTools: boolean;
  /** Tokens of instructions that come with a tool of the provider's own, by its type without the date. */
  readonly serverTools: Readonly<Record<string, number>>;
  /** Tokens of one tool call, of each of several calls in one message, and of a tool's result, beside their text. */
  readonly call: number;
  readonly parallelCall: number;
  readonly result: number;
  /** Tokens of an encrypted thought that comes back with a call, for each character of it. */
  readonly signature: number;
  /** Tokens that come with a request to think. */
  readonly thinking: number;
  /** Tokens for one o200k token of a response schema, 0 = it steers decoding and is not read; and what comes with it. */
  readonly schema: number;
  readonly schemaBase: number;
  readonly image: ImageRule;
  /** Tokens a second of audio. */
  readonly audioSecond: number;
}
