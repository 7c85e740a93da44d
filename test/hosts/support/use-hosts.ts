/** Hosts for all tests of a file, each with a fake upstream of its own that plays every provider. */
import type OpenAI from "openai";
import { HOSTS, type HostCapabilities, type HostName } from "../../../plugins/core/host";
import { chat, question } from "../../e2e/support/ask";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { type FakeUpstream, type FakeUpstreamOptions, startFakeUpstream } from "../../upstream/fake-upstream";
import type { RawOptions, Seen } from "../../upstream/raw-client";
import { HOST, HOST_NAMES, type HostSetup, type RunningHost } from "./hosts";

type Options = Omit<RawOptions, "body">;

export class HostUnderTest {
  readonly name: HostName;
  /** What this host can do. A test of something that not every host can says what each of them does instead. */
  readonly can: HostCapabilities;
  upstream!: FakeUpstream;
  #running: RunningHost | undefined;
  /** A test has ended its process: it cannot be asked any more. */
  ended = false;

  constructor(name: HostName) {
    this.name = name;
    this.can = HOSTS[name];
  }

  async start(setup: Setup, options: FakeUpstreamOptions): Promise<void> {
    this.upstream = await startFakeUpstream(options);
    this.#running = await HOST[this.name].start(await setup(this.upstream, this.name));
  }

  get running(): RunningHost {
    if (this.#running === undefined) throw new Error(`${this.name} was not started`);
    return this.#running;
  }

  get url(): string {
    return this.running.url;
  }

  ask(body: unknown, options: Options = {}): Promise<Seen> {
    return chat(this.url, body, options);
  }

  /** A streamed question, usage included. */
  stream(model: string, options: Options = {}): Promise<Seen> {
    return this.ask(question(model, { stream: true, stream_options: { include_usage: true } }), options);
  }

  /** The record of an exchange, by its answer. */
  record(seen: Seen): Promise<Readonly<Record<string, unknown>>> {
    return this.running.record(seen.headers["x-request-id"]);
  }

  /** The record of a call whose client saw no answer, by its fields. */
  recordWith(fields: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const wanted = Object.entries(fields);
    return until(`record with ${JSON.stringify(fields)}`, () =>
      this.running.records.find((record) => wanted.every(([name, value]) => record[name] === value)),
    );
  }

  openai(options: { readonly apiKey?: string; readonly maxRetries?: number } = {}): OpenAI {
    // Read by those tests only that ask with it.
    const { default: Client } = require("openai") as typeof import("openai");
    return new Client({ baseURL: `${this.url}/v1`, apiKey: "sk-client", maxRetries: 0, ...options });
  }

  metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    return metric(this.running.adminUrls[0] ?? "", name, labels);
  }

  /** Every exchange has ended, and Graft knows it. */
  async idle(): Promise<void> {
    await until("end of all exchanges", async () => ((await this.metric("graft_exchanges_in_flight")) === 0 ? true : undefined));
  }

  /** Whatever the tests did: nothing of it is left, and Graft has no fault of its own to report. */
  async stop(): Promise<void> {
    try {
      if (this.#running === undefined) return;
      if (!this.ended) await this.idle();
      expect(await this.running.errorLines()).toEqual([]);
    } finally {
      await this.#running?.stop();
      await this.upstream.close();
    }
  }
}

type Setup = (upstream: FakeUpstream, name: HostName) => HostSetup | Promise<HostSetup>;

/** One of each, all with the same configuration; they start and stop together, which takes less time. */
export function useHosts(setup: Setup, options: FakeUpstreamOptions = {}): Readonly<Record<HostName, HostUnderTest>> {
  const hosts = { envoy: new HostUnderTest("envoy"), relay: new HostUnderTest("relay"), kong: new HostUnderTest("kong") };
  beforeAll(() => each((name) => hosts[name].start(setup, options)), 120_000);
  afterAll(() => each((name) => hosts[name].stop()), 60_000);
  return hosts;
}

/** One that fails does not keep the others from coming to their end: they must be there to be stopped. */
async function each(act: (name: HostName) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(HOST_NAMES.map(act));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
