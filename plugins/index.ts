/** THE list of plugins, in running order, one line each. Requests run down the list, answers run up. */

import { audit } from "./audit";
import { budget } from "./budget";
import { cache } from "./cache";
import type { Position } from "./define-plugin";
import { guard } from "./guard";
import { rateLimit } from "./rate-limit";
import { redact } from "./redact";
import { residency } from "./residency";
import { route } from "./route";
import { usage } from "./usage";

export const RUNNING_ORDER: readonly Position[] = [
  { plugin: usage, stage: "main" },
  { plugin: audit, stage: "main" },
  // In front of the route: what it leaves is put in order, and the attempts are counted.
  { plugin: residency, stage: "main" },
  { plugin: route, stage: "main" },
  // In front of limits: it may have another model serve the request.
  { plugin: budget, stage: "main" },
  // Behind the route: its own say on targets comes when their order is known.
  { plugin: rateLimit, stage: "main" },
  // Gives answers their values back behind all that may still look at them.
  { plugin: redact, stage: "main" },
  { plugin: guard, stage: "main" },
  // Behind all that changes requests or refuses them; in front of what changes answers for good. What is kept is checked, and gets its
  // values back, for each exchange anew.
  { plugin: cache, stage: "main" },
  // First to see an answer: what is found in it is gone before anything else reads it.
  { plugin: redact, stage: "response" },
];
