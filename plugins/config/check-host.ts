/** What in a policy asks for more than its host can do: one function each in the list below. */
import { HOSTS, type HostCapabilities, type HostName } from "../core/host";
import type { Inspection } from "./inspection";
import type { Path } from "./issue";
import type { ModelConfig } from "./schema";

interface Found {
  readonly severity: "error" | "warning";
  readonly message: string;
}

type HostCheck = (model: ModelConfig, host: HostCapabilities) => Found | undefined;

const CHECKS: readonly HostCheck[] = [contextFallback, attemptTimeouts];

export function checkHost(it: Inspection, host: HostName): void {
  for (const [name, policy] of Object.entries(it.config.policies)) {
    for (const [index, model] of policy.models.entries()) {
      const path: Path = ["policies", name, "models", index];
      for (const check of CHECKS) {
        const found = check(model, HOSTS[host]);
        if (found?.severity === "error") it.error(path, `${host}: ${found.message}`);
        else if (found !== undefined) it.warn(path, `${host}: ${found.message}`);
      }
    }
  }
}

/** Without a look at the answer's body, "prompt too long" is one 400 among others. */
function contextFallback({ targets }: ModelConfig, host: HostCapabilities): Found | undefined {
  const windows = new Set(targets.map((target) => target.context_window));
  if (host.contentRetry || windows.size < 2) return undefined;
  const message =
    "larger context windows are tried by the estimate of the prompt's size only; a target that finds the prompt too long is not followed by another";
  return { severity: "warning", message };
}

/** A host that retries by itself has one time limit for all tries of a request. */
function attemptTimeouts({ targets }: ModelConfig, host: HostCapabilities): Found | undefined {
  const timeouts = targets.map((target) => target.timeout_ms);
  if (host.attemptTimeouts || new Set(timeouts).size < 2) return undefined;
  return {
    severity: "warning",
    message: `every try may take the longest \`timeout_ms\` of the targets, ${Math.max(...timeouts)} ms`,
  };
}
