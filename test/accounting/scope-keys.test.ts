/** Whose counters a request is charged to. */
import { scopeKeys } from "../../plugins/accounting";
import { Exchange } from "../../plugins/core/exchange";

function exchange(route?: string): Exchange {
  const caller = { id: "c", anonymous: false, groups: [], tags: [], ip: "192.0.2.1" };
  const client = { method: "POST", path: "/", headers: {}, caller, requestId: "r", route };
  return new Exchange({ id: "e", policy: "p", configVersion: "v", client, startedAt: 0 });
}

test.each([
  ["a", [["a", "c"]]],
  ["b", [["b", "c"]]],
  // The gateway does not say: all of its routes are one.
  [undefined, [["", "c"]]],
])("by route and caller, from route %s", (route, keys) => {
  expect(scopeKeys({ by: ["route", "caller"] }, exchange(route))).toEqual(keys);
});
