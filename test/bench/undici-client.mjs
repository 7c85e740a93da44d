// A client that calls the provider itself, with undici and without a gateway: what the client side alone costs a Node process.
// Takes load.mjs's options, says the same words to its parent and prints the figures that are of use here.
import { Pool } from "undici";

const { port, path, connections, seconds, warmup, bytes, stream, headers } = JSON.parse(process.argv[2]);
const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
const words = "The quick brown fox jumps over the lazy dog. ";
const content = words.repeat(Math.ceil(bytes / words.length)).slice(0, Math.max(0, bytes - 60));
const body = Buffer.from(
  JSON.stringify({ model: "bench", messages: [{ role: "user", content }], ...(stream ? { stream } : {}) }),
);
const request = { method: "POST", path, headers: { "content-type": "application/json", ...headers }, body };
const PIECE = '"content":"';

let requests = 0;
let chunks = 0;
let errors = 0;
let stopping = false;

class Call {
  onRequestStart() {}
  onResponseStart(_controller, status) {
    if (status !== 200) errors += 1;
  }
  onResponseData(_controller, piece) {
    if (stream) for (let at = piece.indexOf(PIECE); at !== -1; at = piece.indexOf(PIECE, at + 1)) chunks += 1;
  }
  onResponseEnd() {
    requests += 1;
    if (!stopping) pool.dispatch(request, new Call());
  }
  onResponseError() {
    if (!stopping) errors += 1;
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
for (let index = 0; index < connections; index += 1)
  setTimeout(() => pool.dispatch(request, new Call()), stream ? (index / connections) * 1000 : 0);
await wait(warmup * 1000);
const before = { requests, chunks };
const began = performance.now();
process.send?.("measuring");
await wait(seconds * 1000);
const elapsed = (performance.now() - began) / 1000;
const done = { requests: requests - before.requests, chunks: chunks - before.chunks };
process.send?.("measured");
stopping = true;
await wait(200);
const result = { ...done, perSecond: done.requests / elapsed, errors, failures: {} };
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
