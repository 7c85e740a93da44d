import type { Forecast, Tally } from "../accounting";
import type { Unit } from "./config";

/** What one request takes of each unit. Cost in nano-dollars. */
export interface Amounts {
  readonly requests: number;
  readonly input: number;
  readonly output: number;
  readonly nanos: number;
}

export const NO_TOKENS: Amounts = { requests: 1, input: 0, output: 0, nanos: 0 };
export const NOTHING: Amounts = { requests: 0, input: 0, output: 0, nanos: 0 };

/** Whether it depends on the size of a request: counting that takes time. */
export function isSized(unit: Unit): boolean {
  return unit !== "requests" && unit !== "concurrency";
}

export function amountOf(unit: Unit, { requests, input, output, nanos }: Amounts): number {
  switch (unit) {
    case "requests":
    case "concurrency":
      return requests;
    case "input_tokens":
      return input;
    case "output_tokens":
      return output;
    case "total_tokens":
      return input + output;
    case "cost":
      return nanos;
  }
}

/** Enough for whichever of the forecasts comes true. */
export function mostOf(forecasts: readonly Forecast[]): Amounts {
  const most = (read: (it: Forecast) => number) => Math.ceil(Math.max(...forecasts.map(read)));
  return { requests: 1, input: most((it) => it.input), output: most((it) => it.output), nanos: most((it) => it.nanos ?? 0) };
}

/** Less than this it will not be. */
export function leastOf(forecasts: readonly Forecast[]): Amounts {
  const most = (read: (it: Forecast) => number) => Math.ceil(Math.max(...forecasts.map(read)));
  return {
    requests: 1,
    input: most((it) => it.leastInput),
    output: most((it) => it.output),
    nanos: most((it) => it.leastNanos ?? 0),
  };
}

export function usedOf({ usage, nanos }: Tally): Amounts {
  return { requests: 1, input: usage.input, output: usage.output, nanos };
}
