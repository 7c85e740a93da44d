/** Who may use which models: the rule's `match` says who. */
import { z } from "zod";
import { nameMatcher } from "../name-pattern";
import { defineKind } from "../rule";

const config = z
  .strictObject({
    allow: z
      .array(z.string().min(1).max(256))
      .max(1000)
      .default([])
      .describe("Model names as clients use them; `*` stands for any text. All others fire the rule. `match` says for whom."),
  })
  .describe("For `kind: models`. Which models the callers of `match` may ask for.");

export const models = defineKind({
  name: "models",
  config,
  on: ["input"],
  roles: [],
  check({ allow }) {
    if (allow.length === 0) return [{ path: [], message: "write `allow`: it would refuse every model" }];
    const all = allow.indexOf("*");
    return all === -1 ? [] : [{ path: ["allow", all], message: "allows every model: it would never fire" }];
  },
  create({ allow }) {
    const allowed = nameMatcher(allow);
    return { wish: "", request: ({ request }) => (allowed(request.model) ? undefined : {}) };
  },
});
