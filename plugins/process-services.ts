/** What all configurations of a process share: stores, what was learned, where usage goes. */
import type { PluginServices } from "./define-plugin";
import type { OutputQuantiles, TokenEstimator } from "./tokens";

/** A plugin has, instead of what was learned, the accounting that is made of it. */
export interface ProcessServices extends Omit<PluginServices, "accounting"> {
  readonly estimator: TokenEstimator;
  readonly outputs: OutputQuantiles;
}
