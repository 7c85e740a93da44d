/** The schema that Kong is given and the one that graft.yaml is checked with are the same, as far as Kong's can say it. */
import fc from "fast-check";
import { asWritten } from "../../../kong/as-written";
import { graftSchema, type KongField } from "../../../kong/schema";
import { pluginConfigSchema } from "../../../kong/schema/plugin-config";
import { KNOWN } from "../../../plugins/config";
import type { Vocabulary } from "../../../plugins/config/vocabulary";
import { WORDS } from "../../config/support";
import { accepted } from "./arbitrary";
import { check, fill, recordsRequired } from "./kong-rules";

/** Without the checks across fields: zod has none, instance-config.ts makes them. */
function configField(vocabulary: Vocabulary): KongField {
  const field = graftSchema(vocabulary).fields[1]?.["config"];
  if (field === undefined) throw new Error("no config");
  const { entity_checks: _, ...rest } = recordsRequired(field);
  return rest;
}

const VOCABULARIES: [string, Vocabulary][] = [
  ["this build's vocabulary", KNOWN],
  ["another vocabulary", WORDS],
];

const RUNS = { seed: 7, numRuns: 120 };

describe.each(VOCABULARIES)("%s", (_name, vocabulary) => {
  const schema = pluginConfigSchema(vocabulary);
  const kong = configField(vocabulary);
  const values = accepted(schema);

  test("what zod accepts, Kong accepts, and both fill in the same defaults", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(check(kong, value)).toEqual([]);
        expect(withoutNulls(fill(kong, value))).toEqual(schema.parse(value));
      }),
      RUNS,
    );
  });

  test("what Kong makes of a configuration is read as what was written", () => {
    fc.assert(
      fc.property(values, fc.boolean(), (value, lists) => {
        const sent = asSent(fill(kong, value), lists);
        const { value: written, faults } = asWritten(schema, { ...sent, ...KONGS_OWN });
        expect(faults).toEqual([]);
        expect(schema.parse(written)).toEqual(schema.parse(value));
      }),
      RUNS,
    );
  });

  test("what one of them refuses, the other refuses", () => {
    let refused = 0;
    fc.assert(
      fc.property(values, fc.nat(), fc.constantFrom(...DAMAGE), (value, at, damage) => {
        const damaged: unknown = structuredClone(value);
        const all = places(damaged);
        const [holder, key] = all[at % all.length] ?? [damaged as object, "policy"];
        damage(holder, key);
        const { value: written, faults } = asWritten(schema, damaged);
        const zod = faults.length === 0 && schema.safeParse(written).success;
        const kongs = check(kong, damaged);
        if (!zod) refused += 1;
        expect({ accepted: kongs.length === 0, kongs }).toEqual({ accepted: zod, kongs });
      }),
      { seed: 8, numRuns: 600 },
    );
    expect(refused).toBeGreaterThan(200);
  });
});

const put =
  (value: unknown) =>
  (holder: object, key: string): void => {
    Reflect.set(holder, key, value);
  };

const DAMAGE: readonly ((holder: object, key: string) => void)[] = [
  ...[7, 0, -1, 1.5, 1e12, true, "x", "", "x".repeat(70_000), ["x"], [7], [], {}, { zz: 1 }, [{}], Array(1001).fill("x")].map(
    put,
  ),
  (holder, key) => (Array.isArray(holder) ? holder.splice(Number(key), 1) : Reflect.deleteProperty(holder, key)),
  (holder) => (Array.isArray(holder) ? holder.push("zz") : Reflect.set(holder, "zz", 1)),
];

/** Every mapping and list in the value, with a key of it. */
function places(value: unknown): [object, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]): [object, string][] => [[value, key], ...places(item)]);
}

const KONGS_OWN = {
  __key__: "plugins:graft:r1::::",
  __plugin_id: "5d5b1a3c",
  __seq__: 3,
  __ws_id: "0dfbb6cf",
  $refs: { policy: "{vault://env/x}" },
  route_id: "r1",
  service_id: null,
  consumer_id: null,
  consumer_group_id: null,
  plugin_instance_name: "chat",
};

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

/** @param lists which form Lua gives to tables with nothing in them */
function asSent(value: unknown, lists: boolean): object {
  const send = (it: unknown): unknown => {
    if (typeof it !== "object" || it === null) return it;
    if (Object.keys(it).length === 0) return lists ? [] : {};
    return Array.isArray(it) ? it.map(send) : Object.fromEntries(Object.entries(it).map(([key, item]) => [key, send(item)]));
  };
  const sent = send(value);
  return typeof sent === "object" && sent !== null ? sent : {};
}
