/** THE list of plugins, in running order, one line each. Requests run down the list, answers run up. */

import { budget } from "./budget";
import type { Position } from "./define-plugin";
import { rateLimit } from "./rate-limit";
import { route } from "./route";
import { usage } from "./usage";

export const RUNNING_ORDER: readonly Position[] = [
  { plugin: usage, stage: "main" },
  { plugin: route, stage: "main" },
  // In front of limits: it may have another model serve the request.
  { plugin: budget, stage: "main" },
  // Behind the route: its own say on targets comes when their order is known.
  { plugin: rateLimit, stage: "main" },
];
