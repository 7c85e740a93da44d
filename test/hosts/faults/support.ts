/** What the fault tests have in common: Kong's configurations, and looks at a Graft process from outside. */
import { readdirSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request as startRequest } from "node:http";
import { question } from "../../e2e/support/ask";
import type { Program } from "../../e2e/support/process";
import type { DeclarativeConfig, PluginConfig } from "../../kong/declarative";
import type { KongStack } from "../../kong/support";
import { llm } from "../../kong/support";
import type { FakeUpstream } from "../../upstream/fake-upstream";

export const MIB = 1 << 20;

type Settings = Readonly<Record<string, unknown>>;

/** `graft` with one provider that passes every model name on. @param more of the provider · of the policy */
export function inline({ url }: { readonly url: string }, more: Settings = {}, policy: Settings = {}): PluginConfig {
  const one = { kind: "openai", base_url: `${url}/v1`, api_keys: ["sk-one"], health: { min_requests: 1_000_000 }, ...more };
  return {
    name: "graft",
    config: { providers: { one }, models: [{ name: "*", targets: [{ provider: "one", model: "*" }] }], ...policy },
  };
}

/** A streaming route at `/<name>` for each plugin, in front of a service that nobody serves. */
export function routes(plugins: Readonly<Record<string, PluginConfig>>): DeclarativeConfig {
  const { services } = llm([]);
  const named = Object.entries(plugins);
  return {
    services: services.map((service) => ({
      ...service,
      routes: service.routes.flatMap((route) =>
        named.map(([name, plugin]) => ({ ...route, name, paths: [`/${name}`], strip_path: true, plugins: [plugin] })),
      ),
    })),
  };
}

/** Open file descriptors, sockets among them. Linux only. */
export function openFiles({ pid }: Program): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Descriptors that no connection to Kong, to providers or to the admin port explains: the same before and after whatever happened. */
export function unexplainedFiles(stack: KongStack, upstream: Pick<FakeUpstream, "connections">): number {
  return openFiles(stack.processor) - stack.kong.upstreamSockets - stack.kong.rpcConnections - upstream.connections();
}

/** A request whose body the test writes piece by piece. */
export interface SlowRequest {
  readonly request: ClientRequest;
  readonly answer: Promise<IncomingMessage>;
}

/** Sends the head of a question now. @param length of the body that is promised */
export function begin(url: string, length: number): SlowRequest {
  const headers = { "content-type": "application/json", "content-length": length };
  const request = startRequest(`${url}/v1/chat/completions`, { method: "POST", headers, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  answer.catch(() => {});
  request.flushHeaders();
  return { request, answer };
}

export interface OpenStream {
  /** The client has the first of it. */
  readonly begun: Promise<void>;
  readonly ended: Promise<{ readonly status: number | undefined; readonly complete: boolean; readonly text: string }>;
}

/** Asks for a stream, over a connection of its own. */
export function openStream(url: string, model: string): OpenStream {
  const headers = { "content-type": "application/json" };
  const request = startRequest(`${url}/v1/chat/completions`, { method: "POST", headers, agent: false });
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = new Promise<Awaited<OpenStream["ended"]>>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        begin();
      });
      response.on("error", () => {});
      response.once("close", () => resolve({ status: response.statusCode, complete: response.complete, text }));
    });
  });
  ended.catch(() => {});
  request.end(JSON.stringify(question(model, { stream: true })));
  return { begun, ended };
}
