/** What all exchanges of a policy share. */
import type { Exchange } from "../core/exchange";
import type { RedactConfig } from "./config";
import type { Inspector } from "./inspector";
import type { Region } from "./regions";
import type { Rules } from "./rules";
import type { Place } from "./walk/visitor";

/** A service that looks for what no pattern knows. */
export interface Analyzer {
  readonly name: string;
  /** For each text what was found in it. Rejects when it could not be asked. */
  analyze(exchange: Exchange, texts: readonly string[]): Promise<readonly (readonly Region[])[]>;
}

export interface UsedAnalyzer {
  readonly analyzer: Analyzer;
  /** `closed`: without its answer the request is refused. */
  readonly onError: "open" | "closed";
}

export interface Redactor {
  readonly config: Pick<RedactConfig, "direction" | "uninspectable" | "restore_tool_results" | "hash_key">;
  readonly inspector: Inspector;
  readonly rules: Rules;
  readonly analyzers: readonly UsedAnalyzer[];
  /** All that may be found. */
  readonly entities: ReadonlySet<string>;
  /** Something is looked for there. */
  readonly covers: (place: Place) => boolean;
}
