/** THE list of plugins, in running order, one line each. Requests run down the list, answers run up. */
import type { Position } from "./core/plugin";
import { route } from "./route";

export const RUNNING_ORDER: readonly Position[] = [{ plugin: route, stage: "main" }];
