import { status } from "@grpc/grpc-js";
import { connectGrpc, type TestClient } from "./support/grpc-client";
import { echoing, type Running, startTransport } from "./support/server";

const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

let running: Running;
let client: TestClient;

beforeEach(async () => {
  running = await startTransport(echoing);
  client = connectGrpc(`unix:${running.path}`);
});

afterEach(async () => {
  client.close();
  await running.stop();
});

test("Check answers for the process and for the service", async () => {
  expect(await client.check()).toBe(NOT_SERVING);
  running.transport.setServing(true);
  expect(await client.check()).toBe(SERVING);
  expect(await client.check("envoy.service.ext_proc.v3.ExternalProcessor")).toBe(SERVING);
  running.transport.setServing(false);
  expect(await client.check()).toBe(NOT_SERVING);
});

test("Check does not know other services", async () => {
  await expect(client.check("other.Service")).rejects.toMatchObject({ code: status.NOT_FOUND });
});

test("Watch tells every change, until the transport drains", async () => {
  const seen: number[] = [];
  const watch = client.watch();
  const statuses = new Promise<number>((resolve) => {
    watch.on("status", (end) => resolve(end.code));
    watch.on("error", () => {});
  });
  const changes = [true, true, false, true];
  await new Promise<void>((resolve) => {
    watch.on("data", (answer: { status: number }) => {
      seen.push(answer.status);
      // Setting what is set already tells nothing, so the next change follows at once.
      while (changes.length > 0) {
        const before = seen.at(-1) === SERVING;
        const next = changes.shift() as boolean;
        running.transport.setServing(next);
        if (next !== before) return;
      }
      resolve();
    });
  });
  expect(seen).toEqual([NOT_SERVING, SERVING, NOT_SERVING, SERVING]);
  await running.transport.drain(1000);
  expect(await statuses).toBe(status.UNAVAILABLE);
  expect(seen.at(-1)).toBe(NOT_SERVING);
});

test("Watch waits for a service it does not know", async () => {
  const watch = client.watch("other.Service");
  watch.on("error", () => {});
  const answer = await new Promise<{ status: number }>((resolve) => watch.once("data", resolve));
  expect(answer.status).toBe(SERVICE_UNKNOWN);
  watch.cancel();
});
