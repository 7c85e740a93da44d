export { agrees, LONGEST_QUESTION } from "./agrees";
export type { Ground, Verdict } from "./verdict";
