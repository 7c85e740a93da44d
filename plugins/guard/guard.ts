import type { PluginServices } from "../define-plugin";
import type { GuardRule } from "./compile";

export type Count = ReturnType<PluginServices["metrics"]["counter"]>;

/** What all exchanges of a policy share. */
export interface Guard {
  readonly rules: readonly GuardRule[];
  readonly windowChars: number;
  readonly maxHeldBytes: number;
  readonly services: PluginServices;
  readonly count: Count;
}
