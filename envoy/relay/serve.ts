/** The relay behind Envoy as a process: configuration in, HTTP from Envoy, calls to providers out, until drained. */
import { setTimeout as sleep } from "node:timers/promises";
import { Relay } from "../../plugins/relay";
import { type Runtime, startRuntime } from "../../plugins/runtime";
import type { ServeOptions, Serving } from "../serve";
import { parseListenAddress } from "../transport/listen-address";
import { warnOfNewEnvoyConfig } from "../warn-of-new-envoy-config";
import { Admitter } from "./admission";
import { listenForEnvoy } from "./listen";

/** @throws Error with the configuration's issues, or why a port or socket cannot be used */
export async function serveRelay(options: ServeOptions): Promise<Serving> {
  const runtime = await startRuntime({ ...options, host: "relay", onReload: warnOfNewEnvoyConfig("relay") });
  try {
    return await serveWith(runtime, options);
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
}

async function serveWith(runtime: Runtime, options: ServeOptions): Promise<Serving> {
  const { logger } = runtime;
  const { sockets, relay_token } = runtime.gateway().config.envoy;
  const wanted = options.socket ?? sockets[0] ?? "";
  const reachable = parseListenAddress(wanted).kind === "tcp";
  if (reachable && relay_token === undefined) throw new Error(`others than Envoy can reach ${wanted}: set envoy.relay_token`);

  const admitter = new Admitter({ runtime, reachable });
  const relay = new Relay({
    runtime,
    env: options.env,
    // A token that only one side has is easily made and hard to find.
    refusedHint: "is Envoy's configuration made from this graft.yaml, with the same relay_token?",
    admit: (request) => admitter.admit(request),
  });
  const listening = await listenForEnvoy(relay, wanted).catch(async (thrown: unknown) => {
    await relay.drain(0);
    throw thrown;
  });
  runtime.setReady(true);
  logger.info({ socket: listening.address, admin: runtime.admin, config: runtime.gateway().version }, "relay serving Envoy");

  return {
    socket: listening.address,
    get admin() {
      return runtime.admin;
    },
    async drain(graceMs, timeoutMs) {
      runtime.setReady(false);
      admitter.setServing(false);
      logger.info({ running: runtime.exchanges.size }, "draining");
      await sleep(graceMs);
      listening.leave();
      const cut = await relay.drain(timeoutMs);
      logger.info({ cut }, "drained");
      await runtime.close();
      return cut;
    },
  };
}
