import fc from "fast-check";
import { type CacheScope, partitionOf } from "../../../plugins/cache/key/partition";
import type { Caller } from "../../../plugins/core/exchange";

function caller(it: Partial<Caller> = {}): Caller {
  return { id: "key:a|ann", anonymous: false, groups: [], tags: [], ip: "192.0.2.1", ...it };
}

const ANN = caller({ team: "red" });
const BOB = caller({ id: "key:a|bob", team: "red" });
const EVE = caller({ id: "key:a|eve", team: "blue" });
const LONER = caller({ id: "key:a|loner" });
const HERMIT = caller({ id: "key:a|hermit", team: "" });
const NOBODY = caller({ id: "ip:192.0.2.1", anonymous: true });
const CLAIMS = caller({ id: "ip:192.0.2.1", anonymous: true, team: "red" });

it.each<[CacheScope, Caller, Caller, boolean]>([
  ["caller", ANN, ANN, true],
  ["caller", ANN, BOB, false],
  ["caller", LONER, HERMIT, false],
  ["caller", NOBODY, NOBODY, false],
  ["team", ANN, BOB, true],
  ["team", ANN, EVE, false],
  ["team", ANN, LONER, false],
  ["team", LONER, LONER, true],
  ["team", LONER, HERMIT, false],
  ["team", NOBODY, NOBODY, false],
  ["team", CLAIMS, ANN, false],
  ["policy", ANN, EVE, true],
  ["policy", NOBODY, ANN, true],
  ["global", ANN, NOBODY, true],
])("%s: %o and %o share: %s", (scope, one, two, share) => {
  const [first, second] = [partitionOf(scope, one, "p"), partitionOf(scope, two, "p")];
  expect(first !== undefined && first === second).toBe(share);
});

it("only global is shared over policies", () => {
  for (const scope of ["caller", "team", "policy"] as const) {
    expect(partitionOf(scope, ANN, "p")).not.toBe(partitionOf(scope, ANN, "q"));
  }
  expect(partitionOf("global", ANN, "p")).toBe(partitionOf("global", ANN, "q"));
});

it("no two tenants share, whatever their names hold", () => {
  const name = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("", '"', '","', "|", ":", "team", "p", "\u0000", "\\"));
  const tenant = fc.record({
    scope: fc.constantFrom<CacheScope>("caller", "team", "policy", "global"),
    id: name,
    team: name,
    policy: name,
  });
  const owner = ({ scope, id, team, policy }: { scope: CacheScope; id: string; team: string; policy: string }): string[] => {
    if (scope === "global") return [scope];
    if (scope === "policy") return [scope, policy];
    return scope === "team" && team !== "" ? [scope, policy, team] : ["caller", policy, id];
  };
  fc.assert(
    fc.property(tenant, tenant, (one, two) => {
      const [first, second] = [one, two].map((it) => partitionOf(it.scope, caller({ id: it.id, team: it.team }), it.policy));
      expect(first === second).toBe(JSON.stringify(owner(one)) === JSON.stringify(owner(two)));
    }),
    { seed: 2, numRuns: 3000 },
  );
});
