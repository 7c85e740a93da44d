import { type RefusedAttempt, RefusedAttempts } from "../../envoy/refused-attempt";
import type { ProcessStream } from "../../envoy/transport";
import { decodeRequest } from "../../proto/decode-request";
import type { ProcessingResponse } from "../../proto/ext-proc";
import { envoy } from "../../proto/generated/messages";
import { toStruct } from "../../proto/struct";

interface Message {
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** `upstream.request_attempt_count` */
  readonly count?: unknown;
}

async function tell({ headers = { ":status": "429", "retry-after": "7" }, metadata = {}, count = 1 }: Message) {
  const refused: RefusedAttempt[] = [];
  const sent: ProcessingResponse[] = [];
  const stream: ProcessStream = {
    metadata: new Map(),
    send: (response) => {
      sent.push(response);
      return true;
    },
    fail: () => undefined,
  };
  const bytes = envoy.service.ext_proc.v3.ProcessingRequest.encode({
    responseHeaders: {
      headers: { headers: Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })) },
    },
    metadataContext: { filterMetadata: { graft: toStruct(metadata) } },
    attributes: { "envoy.filters.http.ext_proc": toStruct({ "upstream.request_attempt_count": count }) },
  }).finish();
  await new RefusedAttempts(stream, async (attempt) => {
    // Envoy's next attempt must find the key at rest.
    expect(sent).toEqual([]);
    refused.push(attempt);
  }).message(decodeRequest(bytes));
  // Whatever was made of it, Envoy goes on.
  expect(sent).toEqual([{ responseHeaders: {} }]);
  return refused;
}

test("says which key of which provider, and all that the provider said", async () => {
  const metadata = { id: "ex_1", owner: "/run/o.sock", k1: "openai#0", k2: "open-router_2#11", cl: "30", policy: "default" };
  expect(await tell({ metadata, count: 2 })).toEqual([
    {
      exchange: "ex_1",
      owner: "/run/o.sock",
      number: 2,
      provider: "open-router_2",
      keyIndex: 11,
      status: 429,
      headers: expect.objectContaining({ "retry-after": "7" }),
    },
  ]);
  expect(await tell({ metadata, count: 1, headers: { ":status": "401" } })).toMatchObject([
    { number: 1, provider: "openai", keyIndex: 0, status: 401 },
  ]);
});

test.each<[string, Message]>([
  ["the attempt carried no key", { metadata: { id: "ex_1", owner: "/run/o.sock", k1: "openai#0" }, count: 2 }],
  ["Graft never saw the request", { metadata: {} }],
  ["the exchange is not named", { metadata: { owner: "/run/o.sock", k1: "openai#0" } }],
  ["nor who holds it", { metadata: { id: "ex_1", k1: "openai#0" } }],
  ["the attempt has no number", { metadata: { id: "ex_1", owner: "/run/o.sock", k1: "openai#0" }, count: "1" }],
  ["the key is not one", { metadata: { id: "ex_1", owner: "/run/o.sock", k1: "openai" } }],
  ["its index is not one", { metadata: { id: "ex_1", owner: "/run/o.sock", k1: "openai#x" } }],
  ["its provider has no name", { metadata: { id: "ex_1", owner: "/run/o.sock", k1: "#1" } }],
  ["it is not a text", { metadata: { id: "ex_1", owner: "/run/o.sock", k1: 5 } }],
])("nothing where %s", async (_, message) => {
  expect(await tell(message)).toEqual([]);
});
