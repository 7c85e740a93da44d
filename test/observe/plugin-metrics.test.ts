import { Registry } from "prom-client";
import { pluginMetrics } from "../../plugins/observe/plugin-metrics";

test("sums by labels; the same counter for the same name, whoever asks, and as often as somebody looks", async () => {
  const registry = new Registry();
  const metrics = pluginMetrics(registry);
  const count = () => metrics.counter("graft_x_total", "X", ["policy", "limit"]);
  expect(count()).toBe(count());
  expect(await registry.metrics()).not.toContain("graft_x_total{");
  count()({ policy: "a", limit: "b" });
  count()({ limit: "b", policy: "a" }, 2.5);
  count()({ policy: "a", limit: "c" });
  for (const _ of [1, 2]) {
    const text = await registry.metrics();
    expect(text).toContain(`graft_x_total{policy="a",limit="b"} 3.5`);
    expect(text).toContain(`graft_x_total{policy="a",limit="c"} 1`);
  }
});
