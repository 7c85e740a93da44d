/** JSON posted to a URL of the configuration. What alerts need of it is tested with the budget's webhook. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { JsonEndpoint, type JsonEndpointOptions } from "../../plugins/web-calls/json-endpoint";

let server: Server;
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on("end", () => handle(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function endpoint(it: Partial<JsonEndpointOptions> = {}): JsonEndpoint {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check?token=hidden`;
  return new JsonEndpoint({ url, timeoutMs: 1000, allowLinkLocal: false, ...it });
}

const OPTIONS = { now: 1_700_000_000_000, id: "d1" };

test("status and text, whatever they are", async () => {
  handle = (_request, response) => response.writeHead(422).end("no JSON");
  expect(await endpoint().post("{}", OPTIONS)).toEqual({ status: 422, text: "no JSON" });
});

test("unsigned without a secret; own headers are sent", async () => {
  let headers: IncomingMessage["headers"] = {};
  handle = (request, response) => {
    headers = request.headers;
    response.end("{}");
  };
  await endpoint({ headers: { authorization: "Bearer k" } }).post("{}", OPTIONS);
  expect(headers["x-graft-signature"]).toBeUndefined();
  expect(headers).toMatchObject({ authorization: "Bearer k", "x-graft-delivery": "d1" });
});

test("redirects are not followed", async () => {
  handle = (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  expect((await endpoint().post("{}", OPTIONS)).status).toBe(302);
});

test("an answer that does not end in time rejects, and its message does not hold the URL", async () => {
  handle = (_request, response) => response.write("{");
  const failed = endpoint({ timeoutMs: 100 }).post("{}", OPTIONS);
  await expect(failed).rejects.toThrow();
  await expect(failed).rejects.not.toThrow("hidden");
});

test("an answer without end is not read on and on", async () => {
  handle = (_request, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return;
    };
    response.on("drain", more);
    more();
  };
  await expect(endpoint({ timeoutMs: 20_000 }).post("{}", OPTIONS)).rejects.toThrow("longer than");
});
