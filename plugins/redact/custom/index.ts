/** Operators' own entities, and what they never want taken out. */
export { allowList } from "./allow-list";
export { checkAllow, checkCustom } from "./check";
export { type AllowConfig, allowSchema, type CustomConfig, customSchema } from "./config";
export { customDetector } from "./custom-detector";
