// Runs beside the built files: counts hostile prompts, and prints how long a timer had to wait meanwhile. Ends by itself.
const { TokenEstimator } = require(process.argv[2]);

const MEGABYTE = 2 ** 20;
const estimator = new TokenEstimator({ deadlineMs: 60_000 });
const GPT_4O = { providerKind: "openai", model: "gpt-4o" };
const CLAUDE = { providerKind: "anthropic", model: "claude-opus-5" };

const chat = (...texts) => ({
  kind: "chat",
  model: "m",
  messages: texts.map((text) => ({ role: "user", parts: [{ type: "text", text }] })),
  stream: false,
  includeUsage: false,
  extra: {},
});

const REQUESTS = {
  "1 MB of one letter": chat("a".repeat(MEGABYTE)),
  "1 MB of blanks": chat(" ".repeat(MEGABYTE)),
  "1 MB of Han": chat("的一是不了人我在有他".repeat(MEGABYTE / 30)),
  "1 MB of emoji": chat("👩‍👩‍👧😀".repeat(MEGABYTE / 22)),
  "1 MB of base64": chat(
    Buffer.from({ length: (MEGABYTE * 3) / 4 })
      .map((_, at) => (at * at) >> 7)
      .toString("base64"),
  ),
  "32 kB, merged here": chat("zq".repeat(16 * 1024)),
  "30,000 messages": chat(...new Array(30_000).fill("a")),
  "10 MB of prose": chat("It was a bright cold day in April. ".repeat(300_000)),
};

async function delayOf(request) {
  let last = performance.now();
  let worst = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 1);
    last = now;
  }, 1);
  estimator.estimateInput(request, CLAUDE);
  await new Promise((resolve) => setImmediate(resolve));
  const { exact } = await estimator.countInput(request, GPT_4O);
  await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(timer);
  return { exact, delayMs: Math.round(10 * worst) / 10 };
}

async function main() {
  const working = setInterval(() => undefined, 1000);
  const loaded = await estimator.warmUp();
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const delays = {};
    for (const [name, request] of Object.entries(REQUESTS)) delays[name] = await delayOf(request);
    rounds.push(delays);
  }
  console.log(JSON.stringify({ loaded, rounds }));
  clearInterval(working);
  // Still running when there is nothing else to do: it keeps nobody alive.
  void estimator.countInput(REQUESTS["1 MB of one letter"], GPT_4O);
}

void main();
