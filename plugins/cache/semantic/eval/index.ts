export { type EvalRow, type EvalTable, evaluate, THRESHOLDS, TOLERATED_FALSE_HITS } from "./evaluate";
export { type Pair, readPairs } from "./pairs";
export { showEval } from "./show-eval";
