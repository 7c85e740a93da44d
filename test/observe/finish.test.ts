import { createFinisher } from "../../plugins/observe/finish";
import { createLogger } from "../../plugins/observe/log";
import { Metrics } from "../../plugins/observe/metrics";
import { alias, answerWith, chat, JSON_HEADERS, openPipeline, sent, target } from "../support/exchange";

/** What the process would have died of. */
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => process.on("unhandledRejection", note));
afterAll(() => process.off("unhandledRejection", note));

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function answered(usage: object) {
  const pipeline = openPipeline({ aliases: [alias("m", [target("openai", "x")])] });
  sent(await pipeline.request(chat()));
  const answer = { model: "x", choices: [{ index: 0, message: { content: "x" }, finish_reason: "stop" }], usage };
  await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(answer)]);
  return pipeline;
}

test("figures no honest provider sends neither end the process nor lower what was counted", async () => {
  const metrics = new Metrics();
  const finish = createFinisher(createLogger("silent", { write() {} }), metrics);
  await finish(await answered({ prompt_tokens: 7, completion_tokens: 3 }), "aborted");
  await finish(await answered({ prompt_tokens: -5, completion_tokens: -1e300, reasoning_tokens: -1 }), "aborted");
  await finish(await answered({ prompt_tokens: 1e308, completion_tokens: 2.5 }), "aborted");
  await turn();
  expect(rejections).toEqual([]);
  const text = await metrics.registry.metrics();
  expect(text).toContain('graft_requests_total{policy="test",provider="openai",status="200",outcome="complete"} 3');
  expect(text).toContain(`direction="input"} 1000000007`);
  expect(text).toContain(`direction="output"} 6`);
});

test("a counter or log that fails costs its own line only", async () => {
  const metrics = new Metrics();
  metrics.count = () => {
    throw new Error("full");
  };
  const errors: unknown[] = [];
  const logger = createLogger("silent", { write() {} });
  logger.error = ((line: unknown) => errors.push(line)) as typeof logger.error;
  await createFinisher(logger, metrics)(await answered({}), "aborted");
  await turn();
  expect(rejections).toEqual([]);
  expect(errors).toEqual([{ cause: expect.stringContaining("full") }]);
});

test("the line of an exchange is the one the logger would write", async () => {
  const lines: string[] = [];
  const logger = createLogger("info", { write: (line) => void lines.push(line) });
  const finish = createFinisher(logger, new Metrics(), (record) => logger.info(record, "exchange"));
  await finish(await answered({ prompt_tokens: 7, completion_tokens: 3 }), "aborted");
  await turn();
  const [own, usual] = lines.map((line) => line.replace(/"time":"[^"]*"/, ""));
  expect(own).toContain('"input_tokens":7');
  expect(own).toBe(usual);
});

test("a logger of a higher level writes no lines of exchanges", async () => {
  const lines: string[] = [];
  await createFinisher(createLogger("warn", { write: (line) => void lines.push(line) }), new Metrics())(
    await answered({}),
    "aborted",
  );
  await turn();
  expect(lines).toEqual([]);
});
