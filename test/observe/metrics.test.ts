import type { ExchangeRecord } from "../../plugins/core/record";
import { Metrics } from "../../plugins/observe/metrics";
import { alias, answerWith, chat, JSON_HEADERS, openPipeline, sent, target } from "../support/exchange";

async function record(status: number): Promise<ExchangeRecord> {
  const pipeline = openPipeline({ aliases: [alias("m", [target("anthropic", "claude-x")])] });
  sent(await pipeline.request(chat({ seed: 1 })));
  const body = {
    id: "1",
    type: "message",
    role: "assistant",
    model: "c",
    content: [{ type: "text", text: "x" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 5, output_tokens: 2 },
  };
  await answerWith(pipeline, status, JSON_HEADERS, [JSON.stringify(body)]);
  const made = await pipeline.log("aborted");
  if (made === undefined) throw new Error("logged before");
  return made;
}

test("what was counted is what was asked", async () => {
  const metrics = new Metrics();
  for (const status of [200, 200, 529]) metrics.count(await record(status), "anthropic");
  const text = await metrics.registry.metrics();
  expect(text).toContain('graft_requests_total{policy="test",provider="anthropic",status="200",outcome="complete"} 2');
  expect(text).toContain('graft_requests_total{policy="test",provider="anthropic",status="503",outcome="complete"} 1');
  expect(text).toContain('graft_tokens_total{policy="test",provider="anthropic",direction="input"} 10');
  expect(text).toContain('graft_dropped_params_total{policy="test",provider="anthropic"} 3');
});

test("no label comes from a client", async () => {
  const metrics = new Metrics();
  metrics.count(await record(200), "anthropic");
  const text = await metrics.registry.metrics();
  for (const word of ["test:|caller", "req-1", "/v1/chat/completions", "claude-x"]) expect(text).not.toContain(word);
});

test("watched values are read when asked for", async () => {
  const metrics = new Metrics();
  let value = 1;
  metrics.watch("graft_test", "help", () => value);
  value = 7;
  expect(await metrics.registry.metrics()).toContain("graft_test 7");
});
