/** Token counting: before sending, and for what came without usage. A thread of its own does what takes long. */
export { Calibration } from "./calibration";
export type { EncodingName } from "./encodings";
export { type InputEstimate, TokenEstimator } from "./estimator";
export { type CountTarget, rulesOf } from "./families";
export { type Learned, loadLearned, saveLearned } from "./keep-learned";
export { OutputQuantiles } from "./output-quantiles";
export type { TextCounterOptions } from "./text-counter";
