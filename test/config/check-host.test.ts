import { formatIssue } from "../../plugins/config";
import { load, removeDirectories } from "./support";

afterAll(removeDirectories);

const config = (targets: string) => `version: 1
providers: { a: { kind: openai, api_keys: [k] } }
policies: { default: { models: [{ name: m, targets: [${targets}] }] } }
`;

async function warnings(targets: string): Promise<string[]> {
  const result = await load(config(targets), { host: "envoy" });
  return (result.ok ? result.warnings : result.issues).map(formatIssue);
}

test.each([
  ["{ provider: a, model: x }, { provider: a, model: y }", []],
  [
    "{ provider: a, model: x, timeout_ms: 200 }, { provider: a, model: y }",
    [expect.stringContaining("every try may take the longest `timeout_ms` of the targets, 120000 ms")],
  ],
  [
    "{ provider: a, model: x, context_window: 1000 }, { provider: a, model: y }",
    [expect.stringContaining("larger context windows are tried by the estimate")],
  ],
])("on Envoy: %s", async (targets, expected) => {
  expect(await warnings(targets)).toEqual(expected);
});

test("without a host nothing is said of it", async () => {
  const result = await load(config("{ provider: a, model: x, timeout_ms: 200 }, { provider: a, model: y }"));
  expect(result.ok && result.warnings).toEqual([]);
});
