import fc from "fast-check";
import { stringify } from "yaml";
import { issuesOf, load, removeDirectories } from "./support";

afterAll(removeDirectories);

const SECRET = "hunter2-hunter2";

/** A file with the secret at every place that may hold one. */
function file(): Record<string, unknown> {
  return {
    version: 1,
    providers: { main: { kind: "openai", api_keys: [SECRET, "${KEY}"], headers: { "x-key": SECRET, "x-other": "a ${KEY}" } } },
    policies: {
      default: {
        models: [{ name: "m", targets: [{ provider: "main", model: "m" }] }],
        plugins: { sample: { webhook_key: SECRET } },
      },
    },
    admin: { token: SECRET },
    envoy: { relay_token: `${SECRET}-long-enough` },
  };
}

/** Every mapping and list in the tree, with a key of it. */
function places(value: unknown): [object, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): [object, string][] => [[value, key], ...places(inner)]);
}

const DAMAGE: readonly ((value: unknown) => unknown)[] = [
  (value) => [value],
  (value) => ({ [SECRET.slice(0, 4)]: value }),
  (value) => `${String(value)}\r\n`,
  () => SECRET,
  () => "${KEY}",
  () => "${NONE}",
  () => `\${${SECRET}`,
  () => 7,
  () => null,
  () => "",
  () => [],
  () => ({}),
];

test("however a file is damaged, no issue shows a secret that stood in a place for secrets", async () => {
  const count = places(file()).length;
  let faulty = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(count - 1), fc.constantFrom(...DAMAGE), async (at, damage) => {
      const damaged = file();
      const [holder, key] = places(damaged)[at] ?? [damaged, "version"];
      const before: unknown = Reflect.get(holder, key);
      const after = damage(before);
      // A secret written where none belongs (as a model name, say) cannot be told from a name.
      const wanted = JSON.stringify(before).includes(SECRET) || !JSON.stringify(after ?? "").includes(SECRET);
      fc.pre(wanted);
      Reflect.set(holder, key, after);
      const result = await load(stringify(damaged), { env: { KEY: `${SECRET}\n` } });
      if (!result.ok) faulty += 1;
      expect(issuesOf(result).join("\n")).not.toContain(SECRET);
      expect(result.ok ? result.hash : "").not.toContain(SECRET);
    }),
    { seed: 3, numRuns: 150 },
  );
  expect(faulty).toBeGreaterThan(75);
}, 60_000);

test("a value from outside appears as it was written", async () => {
  const text = `version: 1\nproviders: { main: { kind: "\${KIND}", api_keys: [k] } }\npolicies: {}\n`;
  expect(issuesOf(await load(text, { env: { KIND: SECRET } })).join()).toContain('not "${KIND}"');
});

test.each([
  ["a secret beside a reference", 'webhook_key: "hunter2-hunter2${BREAK}"'],
  ["a secret as the default of a reference", 'webhook_key: "${NONE:-hunter2-hunter2${BREAK}"'],
  ["a secret that looks like a number", "webhook_key: 222222222222222"],
])("%s is masked", async (_what, line) => {
  const text = `version: 1
providers: { main: { kind: openai, api_keys: [k], headers: { x: "${SECRET}\${BREAK}" } } }
policies: { default: { models: [{ name: m, targets: [{ provider: main, model: m }] }], plugins: { sample: { ${line}, limit: 0 } } } }
`;
  const issues = issuesOf(await load(text, { env: { BREAK: "\r\n" } })).join("\n");
  expect(issues).toContain("error");
  expect(issues).not.toMatch(/hunter2|2222/);
});
