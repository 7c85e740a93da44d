/** Clients that leave: the provider's connection closes soon after, the record says so, and nothing stays behind. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { question } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import type { RecordedRequest } from "../../upstream/recorded-request";
import { HOST_NAMES } from "../support/hosts";
import { KINDS, passThrough, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";

const hosts = useHosts((upstream) => ({
  providers: threeProviders(upstream),
  models: [
    ...passThrough(),
    {
      name: "second-hangs/*",
      targets: [
        { provider: "openai", model: "do-500" },
        { provider: "anthropic", model: "*" },
      ],
    },
  ],
}));

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  function start(body: unknown): ClientRequest {
    const request = httpRequest(`${host.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    request.on("error", () => {});
    request.end(JSON.stringify(body));
    return request;
  }

  /** What a model does, under a name that only one test uses: by it, its call and its record are found. */
  let count = 0;
  const only = (behaviour: string): string => `${behaviour}-${1000 + count++}`;

  /** Until the provider has heard of it. */
  function arrival(model: string): Promise<RecordedRequest> {
    return until(`call of ${model}`, () =>
      host.upstream.requests.find((request) => request.model === model && request.times.body !== undefined),
    );
  }

  async function expectCancelled(call: RecordedRequest): Promise<void> {
    await call.finished;
    expect(call.aborted).toBe(true);
  }

  describe.each(KINDS)("%s", (kind) => {
    test("before the answer began", async () => {
      const leave = async (stream: boolean): Promise<void> => {
        const model = only("do-hang-before-headers");
        const request = start(question(`${kind}/${model}`, { stream }));
        const call = await arrival(model);
        request.destroy();
        await expectCancelled(call);
        const record = await host.recordWith({ alias: `${kind}/${model}` });
        expect(record).toMatchObject({ outcome: "aborted", status: 0, attempts: 1, stream });
        expect(record).not.toHaveProperty("error");
      };
      await Promise.all([leave(false), leave(true)]);
    });

    test("in the middle of a whole answer", async () => {
      const model = only("do-hang-after-headers");
      const request = start(question(`${kind}/${model}`));
      const call = await arrival(model);
      // The provider's head is on its way, or here.
      await sleep(20);
      request.destroy();
      await expectCancelled(call);
      expect(await host.recordWith({ alias: `${kind}/${model}` })).toMatchObject({ outcome: "aborted", stream: false });
    });

    test("in mid-stream", async () => {
      const before = host.upstream.requests.length;
      const seen = await host.ask(question(`${kind}/do-hang-mid-stream-5`, { stream: true }), { leaveAfter: 1 });
      const call = host.upstream.requests[before];
      if (call === undefined) throw new Error("no call");
      await expectCancelled(call);
      expect(await host.record(seen)).toMatchObject({ outcome: "aborted", status: 200, stream: true, attempts: 1 });
    });

    test("the SDK's abort", async () => {
      const before = host.upstream.requests.length;
      const model = `${kind}/do-hang-mid-stream-5`;
      const stream = await host
        .openai()
        .chat.completions.create({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
      for await (const _chunk of stream) break;
      stream.controller.abort();
      const call = host.upstream.requests[before];
      if (call === undefined) throw new Error("no call");
      await expectCancelled(call);
    });
  });

  test("during the second attempt: the first one stays a failure, the second is cancelled", async () => {
    const model = only("do-hang-before-headers");
    const request = start(question(`second-hangs/${model}`));
    const call = await arrival(model);
    request.destroy();
    await expectCancelled(call);
    expect(await host.recordWith({ alias: `second-hangs/${model}` })).toMatchObject({
      outcome: "aborted",
      attempts: 2,
      status: 0,
    });
  });

  test("in mid-upload: a record, and no call", async () => {
    const before = host.upstream.requests.length;
    const request = httpRequest(`${host.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": "1000" },
    });
    request.on("error", () => {});
    request.write('{"model":"named",', () => setTimeout(() => request.destroy(), 50));
    expect(await host.recordWith({ attempts: 0 })).toMatchObject({ outcome: "aborted", status: 0 });
    expect(host.upstream.requests).toHaveLength(before);
  });

  test("sixty at once, each at another moment", async () => {
    const ways = ["do-hang-before-headers", "do-hang-mid-stream-5", "do-drip"];
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const request = start(question(`${KINDS[index % 3]}/${ways[Math.floor(index / 3) % 3]}`, { stream: index % 2 === 0 }));
        request.on("response", (response) => response.resume().on("error", () => {}));
        await sleep(index);
        request.destroy();
      }),
    );
    await host.idle();
    await Promise.all(host.upstream.requests.map((request) => request.finished));
    expect(await host.ask(question("openai/demo"))).toMatchObject({ status: 200 });
  });
});
