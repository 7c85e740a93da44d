/** Everything behind the plugins, once in a process: configuration, relay, permissions to pass. */
import type { ExchangeRecord } from "../plugins/core/record";
import { Relay } from "../plugins/relay";
import { type Runtime, type RuntimeOptions, startRuntime } from "../plugins/runtime";
import { admit, type Ticket } from "./admit";
import { Joins } from "./joins";
import { Routes } from "./routes";
import { Tickets } from "./tickets";

export interface KongHostOptions extends Pick<RuntimeOptions, "configPath" | "admin" | "logLevel" | "env"> {
  /** Absent = a free one. */
  readonly relayPort?: number;
}

export interface KongHost {
  readonly runtime: Runtime;
  readonly routes: Routes;
  readonly tickets: Tickets<Ticket>;
  readonly joins: Joins;
  /** Where Kong is to send requests. */
  readonly relay: { readonly host: string; readonly port: number };
  /** Waits for requests that were let pass and for those that run; returns how many were cut. Takes the process's log along. */
  drain(timeoutMs: number): Promise<number>;
}

const LOOPBACK = "127.0.0.1";
/** Between Kong hearing that a request may pass and sending it. Some never come: another plugin has ended them. */
const ARRIVAL_MS = 1_000;
const LOOK_MS = 20;

/** @throws Error with the configuration's issues, or why a port cannot be used */
export async function startKongHost({ relayPort = 0, ...options }: KongHostOptions): Promise<KongHost> {
  // When Kong reloads, it starts our successor before it ends us.
  const joins = new Joins();
  const onRecord = (record: ExchangeRecord): void => joins.record(record);
  const runtime = await startRuntime({ ...options, host: "kong", adminMayWait: true, onRecord });
  const tickets = new Tickets<Ticket>(runtime.services.clock);
  const relay = new Relay({
    runtime,
    env: options.env,
    // Else nginx collects a stream on routes whose response_buffering was left on. It takes the header away again.
    streamHeaders: { "x-accel-buffering": "no" },
    refusedHint: "somebody called the relay directly, or `retries` of the Kong service is not 0",
    admit: (request) => admit(request, tickets, runtime.services.newId),
  });
  try {
    await relay.listen({ host: LOOPBACK, port: relayPort });
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
  runtime.metrics.watch("graft_kong_tickets", "Requests let pass that have not reached the relay", () => tickets.size);
  return {
    runtime,
    routes: new Routes(runtime),
    tickets,
    joins,
    relay: { host: LOOPBACK, port: relay.port },
    async drain(timeoutMs) {
      const until = performance.now() + Math.min(ARRIVAL_MS, timeoutMs);
      while (tickets.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const cut = await relay.drain(timeoutMs);
      runtime.logger.info({ cut }, "drained");
      await runtime.close();
      return cut;
    },
  };
}
