/** What `graft explain` says, as its JSON has it. Types, counts and names; of values only the bodies, where they are asked for. */
import type { Fact } from "../core/facts";

export interface Explanation {
  readonly policy: string;
  /** Of the configuration. */
  readonly hash: string;
  readonly caller: {
    readonly id: string;
    readonly team: string | undefined;
    readonly groups: readonly string[];
    readonly tags: readonly string[];
    readonly ip: string;
  };
  /** Absent where the request did not get so far. */
  readonly model: ModelView | undefined;
  /** What plugins noted, in order, up to the plan. */
  readonly facts: readonly Fact[];
  /** All targets of the model, those that are asked first. */
  readonly targets: readonly TargetView[];
  /** What would be sent, attempt by attempt; a target once. */
  readonly requests: readonly RequestView[];
  /** What the client would get instead of a provider's answer. */
  readonly error: ErrorView | undefined;
  /** Checks by services and models, which were taken as passed where their plugin can do without. */
  readonly not_asked: readonly NotAsked[];
  /** What plugins had to say to operators. */
  readonly warnings: readonly string[];
}

export interface ModelView {
  /** The client's word. */
  readonly asked: string;
  /** The alias that serves it: another one where a budget sent it elsewhere. */
  readonly alias: string;
  readonly strategy: string;
}

export interface TargetView {
  readonly target: string;
  readonly region: string | undefined;
  readonly tags: readonly string[];
  /** Its places in the order of attempts, from 1; empty = it is not asked. */
  readonly turns: readonly number[];
  /** Why it is not asked, or not earlier. */
  readonly why: readonly string[];
  /** Absent where the request cannot be read. */
  readonly estimate: Estimate | undefined;
}

export interface Estimate {
  /** At least and at most. */
  readonly input_tokens: readonly [number, number];
  /** The longest answer there may be, as limits reserve it. */
  readonly max_output_tokens: number;
  /** Dollars: the least prompt alone, and the most with the longest answer. Absent = nobody knows the price. */
  readonly cost_usd: readonly [string, string] | undefined;
  readonly price: "table" | "override" | "estimated" | "unknown";
}

export interface RequestView {
  readonly attempt: number;
  readonly target: string;
  readonly method: "POST";
  readonly url: string;
  /** Credentials and what the configuration adds for the provider are masked. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body_bytes: number;
  /** Byte for byte; only where it is asked for. */
  readonly body: string | undefined;
  /** Parameters of the client that this target cannot honour. */
  readonly dropped: readonly string[];
}

export interface ErrorView {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param: string | undefined;
}

export interface NotAsked {
  /** The plugin and its rule, where it says so. */
  readonly check: string | undefined;
  /** A target, or the origin of a URL: the rest of one may be a secret. */
  readonly where: string;
  /** It could not be asked in earnest either. */
  readonly forbidden: boolean;
}
