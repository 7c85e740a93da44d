/** A provider that says of every request which configuration it was made under, and of what pieces of which it was mixed. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Everything of a configuration that a request shows at the provider, all with one mark. */
export function marked(url: string, mark: string) {
  const provider = {
    kind: "openai",
    base_url: `${url}/${mark}/v1`,
    api_keys: [`sk-${mark}`],
    headers: { "x-mark": mark },
    health: { min_requests: 1_000_000 },
  };
  const models = [{ name: "alias", targets: [{ provider: "one", model: `model-${mark}` }] }];
  return { providers: { one: provider }, models };
}

export interface MarkedProvider {
  readonly url: string;
  /** Requests by their marks, sorted and joined: `a`, or `a b` for a mixture. */
  readonly seen: ReadonlyMap<string, number>;
  close(): void;
}

export async function startMarkedProvider(): Promise<MarkedProvider> {
  const seen = new Map<string, number>();
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const marks = [...new Set(await marksOf(request))].sort().join(" ");
    seen.set(marks, (seen.get(marks) ?? 0) + 1);
    const message = { role: "assistant", content: marks };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const body = JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: marks, choices, usage });
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function marksOf(request: IncomingMessage): Promise<string[]> {
  let body = "";
  for await (const piece of request.setEncoding("utf8") as AsyncIterable<string>) body += piece;
  const { model } = JSON.parse(body) as { readonly model: string };
  const { authorization = "", "x-mark": header } = request.headers;
  return [
    request.url?.split("/")[1] ?? "no path",
    authorization.replace("Bearer sk-", ""),
    String(header),
    model.replace("model-", ""),
  ];
}
