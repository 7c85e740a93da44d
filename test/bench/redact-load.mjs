// Load for many short measurements, one process for all of them: each message is a measurement, each answer what came of it.
// A gateway has nothing else to do at either end of a measurement of requests; one of streams begins and ends while all of them run.
import { Pool } from "undici";

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const pools = new Map();
/** When the upstream sent a chunk: gateways may join the texts of several, but each still has its own. */
const STAMP = /\d{16} /g;
/** Until all streams run, and as long before the first one ends. */
const STREAMS_BEGIN_MS = 150;

process.on("message", async (task) => {
  const results = { errors: 0, units: 0 };
  await (task.stream ? streams(task, results) : requests(task, results));
  process.send(results);
});

async function requests({ connections, ms, most = Number.POSITIVE_INFINITY, ...task }, results) {
  const end = performance.now() + ms;
  const client = async () => {
    do {
      await send(task, results, () => {});
      results.units += 1;
    } while (performance.now() < end && results.units < most);
  };
  await Promise.all(Array.from({ length: connections }, client));
}

async function streams({ connections, ms, ...task }, results) {
  let measuring = false;
  const all = Array.from({ length: connections }, async (_, index) => {
    await wait((index / connections) * 10);
    await send(task, results, (text) => {
      if (measuring) results.units += text.match(STAMP)?.length ?? 0;
    });
  });
  await wait(STREAMS_BEGIN_MS);
  measuring = true;
  process.send("measuring");
  await wait(ms);
  measuring = false;
  process.send("measured");
  await Promise.all(all);
}

async function send({ port, headers, body }, results, onText) {
  if (!pools.has(port)) pools.set(port, new Pool(`http://127.0.0.1:${port}`, { connections: 128, pipelining: 1 }));
  const request = {
    method: "POST",
    path: "/v1/chat/completions",
    headers: { "content-type": "application/json", ...headers },
    body,
  };
  const answer = await pools.get(port).request(request);
  for await (const piece of answer.body) onText(piece.latin1Slice());
  if (answer.statusCode !== 200) results.errors += 1;
}
