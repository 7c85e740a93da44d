/** A real relay on loopback in front of the fake upstream, and clients that can do what SDKs never would. */
import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { ClientInfo } from "../../plugins/core/exchange";
import { Exchanges } from "../../plugins/core/exchanges";
import type { ExchangeRecord } from "../../plugins/core/record";
import type { Gateway } from "../../plugins/gateway";
import { Metrics } from "../../plugins/observe/metrics";
import { type Admission, Relay } from "../../plugins/relay";
import { readHead } from "../../plugins/relay/read-head";
import type { Runtime } from "../../plugins/runtime";
import { services } from "../support/exchange";
import { gatewayOf } from "../support/gateway";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { until } from "./upstream/support";

export interface Bench {
  readonly upstream: FakeUpstream;
  readonly relay: Relay;
  readonly url: string;
  readonly exchanges: Exchanges;
  /** One for each exchange that ended, in order. */
  readonly records: readonly ExchangeRecord[];
  /** How often somebody said that an exchange has ended. */
  readonly finished: () => number;
  /** What the relay itself complained about. */
  readonly complaints: readonly string[];
  readonly gateway: Gateway;
  close(): Promise<void>;
}

export interface BenchOptions {
  /** Aliases, each with the models its targets ask the fake upstream for: `openai/do-503`. */
  readonly models?: Readonly<Record<string, readonly string[]>>;
  /** More of each alias, in YAML's flow form. */
  readonly alias?: string;
  /** More of each target. */
  readonly target?: string;
  /** More of the policy and of the file, lines as they are. */
  readonly policy?: string;
  readonly file?: string;
  readonly openaiKeys?: readonly string[];
  readonly admit?: (request: IncomingMessage, otherwise: Admission) => ReturnType<Parameters<typeof makeRelay>[1]>;
}

const CALLER = { id: "test:|a", anonymous: false, groups: [], tags: [], ip: "192.0.2.1" };

function makeRelay(runtime: Runtime, admit: ConstructorParameters<typeof Relay>[0]["admit"]): Relay {
  return new Relay({ runtime, env: {}, refusedHint: "why?", admit });
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const upstream = await startFakeUpstream();
  const gateway = await gatewayOf(configOf(upstream.url, options));
  const exchanges = new Exchanges();
  const records: ExchangeRecord[] = [];
  const complaints: string[] = [];
  let finished = 0;
  const complain = (...said: readonly unknown[]): void => void complaints.push(JSON.stringify(said));
  const logger = { info() {}, warn: complain, error: complain } as unknown as Runtime["logger"];
  const runtime: Runtime = {
    gateway: () => gateway,
    services,
    logger,
    metrics: new Metrics(),
    exchanges,
    finish(pipeline, outcome) {
      finished += 1;
      void pipeline.log(outcome).then((record) => record !== undefined && records.push(record));
    },
    admin: "",
    setReady() {},
    async close() {},
  } as Partial<Runtime> as Runtime;
  const relay = makeRelay(runtime, (request) => {
    const { method, path, client: headers } = readHead(request);
    const client: ClientInfo = { method, path, headers, caller: CALLER, requestId: headers["x-request-id"] ?? "req-1" };
    const admission = { gateway, policy: "default", client };
    return options.admit === undefined ? admission : options.admit(request, admission);
  });
  await relay.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${relay.port}`;
  return {
    upstream,
    relay,
    url,
    exchanges,
    records,
    finished: () => finished,
    complaints,
    gateway,
    async close() {
      await upstream.close();
      if (relay.port !== 0) await relay.drain(0);
    },
  };
}

function configOf(
  url: string,
  { models = {}, alias = "", target = "", policy = "", file = "", openaiKeys }: BenchOptions,
): string {
  const aliases = Object.entries(models).map(([name, targets]) => {
    const links = targets.map((it) => {
      const [provider = "", model = ""] = it.split("/");
      return `{ provider: ${provider}, model: ${model}${target === "" ? "" : `, ${target}`} }`;
    });
    return `      - { name: ${name}, targets: [${links.join(", ")}], backoff: { base_ms: 10, max_ms: 10000 }${alias === "" ? "" : `, ${alias}`} }`;
  });
  const any = ["openai", "anthropic", "gemini"].map(
    (it) => `      - { name: "${it}/*", targets: [{ provider: ${it}, model: "*"${target === "" ? "" : `, ${target}`} }] }`,
  );
  const keys = (openaiKeys ?? ["sk-openai"]).join(", ");
  return `version: 1
providers:
  openai: { kind: openai, base_url: "${url}/v1", api_keys: [${keys}] }
  anthropic: { kind: anthropic, base_url: "${url}", api_keys: [sk-anthropic] }
  gemini: { kind: gemini, base_url: "${url}", api_keys: [sk-gemini] }
policies:
  default:
    models:
${[...aliases, ...any].join("\n")}
${policy}
${file}
envoy:
  caller: { kind: header }
`;
}

export const question = (model: string, it: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  model,
  messages: [{ role: "user", content: "Hi there" }],
  ...it,
});

/** A client in the middle of its call. */
export class Talk {
  readonly request;
  /** The head, once it is there. */
  response: IncomingMessage | undefined;
  text = "";
  /** `end`: as HTTP says it should; else how the connection broke. */
  outcome: string | undefined;

  constructor(url: string, body: unknown, { reads = true, agent }: { readonly reads?: boolean; readonly agent?: Agent } = {}) {
    const request = httpRequest(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      agent: agent ?? false,
    });
    this.request = request;
    request.on("response", (response) => {
      this.response = response;
      response.on("error", () => {
        this.outcome ??= "broken";
      });
      if (reads) this.read();
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      this.outcome ??= error.code ?? error.message;
    });
    request.end(JSON.stringify(body));
  }

  read(): void {
    const { response } = this;
    response?.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
    });
    response?.on("end", () => {
      this.outcome ??= response.complete ? "end" : "broken";
    });
  }

  /** Until the client has this text. */
  async has(text: string): Promise<void> {
    await until(() => this.text.includes(text) || this.outcome !== undefined);
    if (!this.text.includes(text)) throw new Error(`ended (${this.outcome}) with ${this.text}`);
  }

  async over(): Promise<this> {
    await until(() => this.outcome !== undefined);
    return this;
  }

  leave(): void {
    this.request.destroy();
  }
}

/** The data of each event, parsed where it is JSON. */
export function eventsOf(text: string): unknown[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim())
    .map((data) => (data === "[DONE]" ? data : (JSON.parse(data) as unknown)));
}

export const errorIn = (value: unknown): { readonly message: string; readonly code: string | null; readonly type: string } =>
  (value as { error: { message: string; code: string | null; type: string } }).error;

/** Nothing of any exchange is left in the process. */
export async function allOver({ exchanges, relay, records }: Bench, count: number): Promise<void> {
  await until(() => exchanges.size === 0 && relay.running === 0 && records.length >= count);
}
