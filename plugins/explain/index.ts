/** What a policy does with a sample request, without sending anything. */
export { type ExplainOptions, explain } from "./explain";
export type { Explanation } from "./explanation";
export type { Sample } from "./sample";
export { explanationText } from "./text";
