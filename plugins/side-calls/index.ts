export { ModelCalls, type SideCallOptions, type SideCalls, textOf } from "./side-calls";
