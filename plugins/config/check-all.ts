/** Which checks across fields apply, by the gateway that the configuration is for. */
import type { HostName } from "../core/host";
import { checkAdmin, checkAllow, checkEnvoy } from "./check-envoy";
import { checkEnvoyRoutes } from "./check-envoy-routes";
import { checkHost } from "./check-host";
import { checkPolicies } from "./check-policies";
import { checkPrices } from "./check-prices";
import { checkProviders } from "./check-providers";
import { checkStore } from "./check-store";
import type { Inspection } from "./inspection";

/** @param host absent = Envoy, without what it cannot do */
export function checkAll(it: Inspection, host: HostName | undefined): void {
  checkServed(it, host);
  checkAdmin(it);
  checkStore(it);
  // Kong's own configurations name targets too.
  checkPrices(it, host === "kong");
  // Kong has routes and callers of its own, perhaps all policies as well, and reads nothing of `envoy`.
  if (host === "kong") return;
  if (Object.keys(it.config.policies).length === 0) it.error(["policies"], "must have at least one policy");
  checkAllow(it);
  checkEnvoy(it);
  for (const { severity, path, message } of checkEnvoyRoutes(it.config)) {
    if (severity === "error") it.error(path, message);
    else it.warn(path, message);
  }
}

/** Of what policies and providers say, wherever they are written. */
export function checkServed(it: Inspection, host: HostName | undefined): void {
  checkProviders(it);
  checkPolicies(it, host);
  if (host !== undefined) checkHost(it, host);
}
