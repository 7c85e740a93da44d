/** What a tap picks out of an answer that passes through. */
import type { JsonObject } from "../../core/chat";
import type { GraftError } from "../../core/errors";
import type { Usage } from "../../core/events";
import { isObject, parseJson, stringAt } from "../../core/read-json";
import { inBandError } from "./decode-error";
import { UsageReader } from "./read-usage";

export class TapFacts {
  readonly #usage = new UsageReader();
  usage: Usage | undefined;
  model: string | undefined;
  error: GraftError | undefined;

  /** Reads one JSON text: a whole answer, or a chunk that was found worth it. `undefined` where it is no JSON object. */
  read(json: string): JsonObject | undefined {
    const value = parseJson(json);
    if (!isObject(value)) return undefined;
    this.model ??= stringAt(value, "model") || undefined;
    this.usage = this.#usage.read(value) ?? this.usage;
    this.error ??= inBandError(value);
    return value;
  }
}
