/** Orders an alias's targets for one request: by its strategy, then what serves, then what fits, cut or repeated to the number of attempts. */

import { type Target, targetLabel } from "../core/target";
import { definePlugin } from "../define-plugin";
import { avoidResting } from "./avoid-resting";
import { fitContext } from "./fit-context";
import { STRATEGIES } from "./strategies";

const BY_NAME = new Map(STRATEGIES.map((strategy) => [strategy.name, strategy]));

export const route = definePlugin({
  name: "route",
  create: (_config, services) => (exchange) => ({
    main: {
      route(plan) {
        const { alias } = plan;
        const strategy = BY_NAME.get(alias.strategy);
        if (strategy === undefined) throw new Error(`unknown strategy ${alias.strategy}`);
        const ordered = fitContext(avoidResting(strategy.order(plan.targets, services.random)), exchange);
        // More attempts than targets: round again, so that a short outage of all of them is survived.
        const targets: Target[] = [];
        for (let index = 0; index < Math.max(1, alias.attempts); index += 1) {
          const target = ordered[index % ordered.length];
          if (target !== undefined) targets.push(target);
        }
        exchange.facts.add({ kind: "plan", targets: targets.map(targetLabel), strategy: alias.strategy });
        return { alias, targets };
      },
    },
  }),
});
