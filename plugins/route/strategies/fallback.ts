import type { Strategy } from "./strategy";

/** In the order they stand. */
export const fallback: Strategy = { name: "fallback", order: (targets) => targets };
