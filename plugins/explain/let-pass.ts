/** Checks that nobody is asked count as passed: the rest of the policy is to be seen as well. */
import type { PolicyConfig } from "../config/schema";
import { RUNNING_ORDER } from "../index";

/** The policy with `on_error: open` in all plugins that know the word. */
export function letPass(policy: PolicyConfig): PolicyConfig {
  const plugins = { ...policy.plugins };
  for (const { plugin } of RUNNING_ORDER) {
    const opened = open(plugins[plugin.name]);
    if (plugin.config?.safeParse(opened).success === true) plugins[plugin.name] = opened;
  }
  return { ...policy, plugins };
}

function open(settings: unknown): unknown {
  if (Array.isArray(settings)) return settings.map(open);
  if (typeof settings !== "object" || settings === null) return settings;
  const entries = Object.entries(settings).map(([key, value]) => [key, key === "on_error" ? "open" : open(value)] as const);
  return Object.fromEntries(entries);
}
