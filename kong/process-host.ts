/** The host of this process, as the plugins find it: Kong's plugin server makes them, and tells them nothing but their configuration. */
import { type KongHost, startKongHost } from "./host";

let host: Promise<KongHost> | undefined;

/** Before the first instance: our own launcher has a host already. */
export function setProcessHost(it: KongHost): void {
  host = Promise.resolve(it);
}

/**
 * Under the stock plugin server the first instance starts it, since asking for the schema loads the plugin as well and must start
 * nothing. There is no command line of ours there: the environment says what little there is to say.
 */
export function processHost(env: NodeJS.ProcessEnv = process.env): Promise<KongHost> {
  host ??= startKongHost({
    configPath: env["GRAFT_CONFIG"] || undefined,
    admin: env["GRAFT_ADMIN"] || "off",
    logLevel: env["GRAFT_LOG_LEVEL"] || "info",
    env,
  });
  // A fault is told to each request; nobody else waits for it.
  host.catch(() => {});
  return host;
}
