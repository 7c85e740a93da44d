/** Five thousand clients leave, each at some stage of its request: every call to a provider ends with them, and nothing is left behind. */
import { connect, type Socket } from "node:net";
import { chat, question } from "../../e2e/support/ask";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { INSPECTED, liveHeap } from "./inspector";
import { inline, MIB, unexplainedFiles } from "./support";

jest.setTimeout(120_000);

const CLIENTS = 5_000;
const AT_A_TIME = 100;
const DAY_MS = 86_400_000;

let upstream: FakeUpstream;
let stack: KongStack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const models = [
    { name: "*", targets: [{ provider: "one", model: "*" }] },
    // A day: by far longer than any client here waits, wherever in it chance puts the next attempt.
    {
      name: "backoff",
      targets: [{ provider: "one", model: "do-500" }],
      attempts: 3,
      backoff: { base_ms: DAY_MS, max_ms: DAY_MS },
    },
  ];
  stack = await KongStack.start({ kong: llm([inline(upstream, {}, { models })]), workers: 2, env: INSPECTED });
});

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

/** What a client sends before it goes, and what it waits for. */
interface Stage {
  readonly name: string;
  readonly text: string;
  /** Part of an answer, or that the provider has heard of it. */
  readonly until: "sent" | "asked" | "answered";
}

const head = (length: number): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nhost: kong\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

function whole(model: string, more: object = {}): string {
  const body = JSON.stringify(question(model, { ...more }));
  return head(body.length) + body;
}

const STAGES: readonly Stage[] = [
  { name: "in the head", text: head(100).slice(0, 60), until: "sent" },
  { name: "before the body", text: head(100), until: "sent" },
  { name: "in the body", text: `${head(5_000)}{"model": "demo", "messages": [`, until: "sent" },
  { name: "with the last byte", text: whole("do-hang-before-headers"), until: "sent" },
  { name: "while the provider thinks", text: whole("do-hang-before-headers"), until: "asked" },
  { name: "before the first event", text: whole("do-hang-after-headers", { stream: true }), until: "asked" },
  { name: "in mid-stream", text: whole("do-hang-mid-stream", { stream: true }), until: "answered" },
  { name: "near the end of a stream", text: whole("demo", { stream: true }), until: "answered" },
  { name: "between two attempts", text: whole("backoff"), until: "asked" },
];

/** @param abruptly with a reset. Resolves once the client has gone. */
async function leave({ text, until: moment }: Stage, abruptly: boolean, asked: () => Promise<unknown>): Promise<void> {
  const socket: Socket = connect(stack.kong.port, "127.0.0.1");
  socket.on("error", () => {});
  const answered = new Promise<void>((resolve) => socket.once("data", () => resolve()));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  if (moment === "sent") await new Promise(setImmediate);
  if (moment === "asked") await asked();
  if (moment === "answered") await answered;
  if (abruptly) socket.resetAndDestroy();
  else socket.destroy();
  await closed;
}

async function leaveAll(count: number): Promise<void> {
  for (let from = 0; from < count; from += AT_A_TIME) {
    const before = upstream.requests.length;
    const stages = Array.from({ length: AT_A_TIME }, (_, index) => STAGES[index % STAGES.length] as Stage);
    const expected = stages.filter((stage) => stage.until !== "sent").length;
    const asked = until("calls", () => (upstream.requests.length >= before + expected ? true : undefined));
    await Promise.all(stages.map((stage, index) => leave(stage, index % 2 === 0, () => asked)));
  }
}

async function rested() {
  await stack.kong.settled();
  await until(
    "the end of all calls to providers",
    () => upstream.requests.every(({ times }) => times.end !== undefined) || undefined,
  );
  await until("the end of all exchanges", async () =>
    (await metric(stack.adminUrl, "graft_exchanges_in_flight")) === 0 ? true : undefined,
  );
  return { heap: await liveHeap(stack.processor), files: unexplainedFiles(stack, upstream) };
}

test("five thousand clients leave", async () => {
  await leaveAll(5 * AT_A_TIME);
  const before = await rested();
  const first = upstream.requests.length;
  await leaveAll(CLIENTS);
  const after = await rested();

  const calls = upstream.requests.slice(first);
  // What hangs never ends by itself: it was we who ended it.
  expect(calls.filter(({ model, aborted }) => model.startsWith("do-hang") && !aborted)).toEqual([]);
  // Nobody is asked a second time for a client that has gone.
  const backoffs = calls.filter(({ model }) => model === "do-500").length;
  expect(backoffs).toBe(Math.round((CLIENTS / AT_A_TIME) * Math.floor(AT_A_TIME / STAGES.length)));
  console.info(
    `${CLIENTS} clients left, ${calls.length} calls to providers ended: live heap ${(before.heap / MIB).toFixed(1)} → ` +
      `${(after.heap / MIB).toFixed(1)} MiB, unexplained descriptors ${before.files} → ${after.files}`,
  );
  await until("the end of their connections", () => (unexplainedFiles(stack, upstream) <= before.files ? true : undefined));
  // Of clients that left while Kong was asking whether they may pass: they run out by themselves.
  expect(await metric(stack.adminUrl, "graft_kong_tickets")).toBeLessThan(CLIENTS / 2);
  expect(after.heap - before.heap).toBeLessThan(8 * MIB);
  expect((await chat(stack.url, question("demo", { stream: true }))).complete).toBe(true);
  expect(await stack.errorLines()).toEqual([]);
});
