// A closed-loop HTTP/1.1 load generator on plain sockets: one request at a time on each of `connections`, for `seconds`.
// Run as a process of its own; prints one JSON object. Knows just enough HTTP to find the end of an answer.
//   node load.mjs '{"port":1,"path":"/v1/chat/completions","connections":16,"seconds":3,"warmup":1,"bytes":200,"stream":false}'
import { connect } from "node:net";

const options = JSON.parse(process.argv[2]);
const { port, connections, seconds, warmup, stream } = options;

/** A chat request of about `bytes` bytes. */
function chatBody(bytes) {
  const body = {
    model: options.model ?? "bench",
    messages: [{ role: "user", content: "" }],
    ...(stream ? { stream: true } : {}),
  };
  const words = "The quick brown fox jumps over the lazy dog. ";
  const room = Math.max(0, bytes - JSON.stringify(body).length);
  body.messages[0].content = words.repeat(Math.ceil(room / words.length)).slice(0, room);
  return Buffer.from(JSON.stringify(body));
}

const body = chatBody(options.bytes);
const headers = {
  host: `127.0.0.1:${port}`,
  "content-type": "application/json",
  authorization: "Bearer client",
  ...options.headers,
  "content-length": body.length,
};
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.concat([Buffer.from(`POST ${options.path} HTTP/1.1\r\n${lines.join("")}\r\n`), body]);

/** `unique`: no two requests ask the same. The number stands at the beginning of what is said. */
const NUMBER_DIGITS = 12;
const numberAt = request.indexOf("The quick");
let asked = 0;

function nextRequest() {
  if (!options.unique) return request;
  const next = Buffer.from(request);
  next.write(String(asked++).padStart(NUMBER_DIGITS, "0"), numberAt);
  return next;
}

const latencies = [];
const firstBytes = [];
const chunkDelays = [];
let errors = 0;
let done = 0;
let chunks = 0;
let bytesIn = 0;
let measuring = false;
let stopping = false;
const failures = new Map();

class Connection {
  #socket;
  #sent = 0;
  #first = 0;
  #head = "";
  #status = 0;
  #left = -1; // bytes of a body with content-length; -1 = head not complete; -2 = chunked
  #tail = "";

  start() {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("connect", () => this.#send());
    this.#socket.on("data", (data) => this.#data(data));
    this.#socket.on("error", (error) => this.#fail(error.code ?? String(error)));
    this.#socket.on("close", () => {
      if (!stopping) this.start();
    });
  }

  #fail(why) {
    errors += 1;
    failures.set(why, (failures.get(why) ?? 0) + 1);
  }

  #send() {
    if (stopping) {
      this.#socket.end();
      return;
    }
    this.#left = -1;
    this.#head = "";
    this.#tail = "";
    this.#first = 0;
    this.#sent = performance.now();
    this.#socket.write(nextRequest());
  }

  #data(data) {
    bytesIn += data.length;
    let rest = data;
    if (this.#left === -1) {
      const text = this.#head + data.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end === -1) {
        this.#head = text;
        return;
      }
      const consumed = end + 4 - this.#head.length;
      this.#status = Number(text.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2));
      this.#left = length === null ? -2 : Number(length[1]);
      rest = data.subarray(consumed);
      if (this.#left === 0) {
        this.#finish();
        return;
      }
    }
    if (rest.length === 0) return;
    if (this.#first === 0) {
      this.#first = performance.now();
      if (measuring) firstBytes.push(this.#first - this.#sent);
    }
    if (this.#left > 0) {
      this.#left -= rest.length;
      if (this.#left <= 0) this.#finish();
      return;
    }
    const text = rest.toString("latin1");
    if (stream && measuring) this.#readStamps(text);
    // The last chunk of a chunked body: "0\r\n\r\n", perhaps split from what precedes it.
    this.#tail = (this.#tail + text).slice(-7);
    if (this.#tail.endsWith("\r\n0\r\n\r\n")) this.#finish();
  }

  /** Each piece of text of the upstream begins with when it was sent: microseconds of the machine's monotonic clock, sixteen digits. */
  #readStamps(text) {
    const now = Number(process.hrtime.bigint()) / 1e6;
    for (const [, stamp] of text.matchAll(/"content":"(\d{16})/g)) {
      chunks += 1;
      chunkDelays.push(now - Number(stamp) / 1000);
    }
  }

  #finish() {
    if (this.#status !== 200) this.#fail(`status ${this.#status}`);
    if (measuring) {
      done += 1;
      latencies.push(performance.now() - this.#sent);
    }
    if (stream) setTimeout(() => this.#send(), Math.random() * 50);
    else this.#send();
  }
}

const quantile = (values, q) =>
  values.length === 0 ? null : values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Streams of one length begun together stay together: their starts are spread over one second, and a pause keeps them apart.
for (let index = 0; index < connections; index += 1)
  setTimeout(() => new Connection().start(), stream ? (index / connections) * 1000 : 0);
await wait(warmup * 1000);
measuring = true;
const began = performance.now();
process.send?.("measuring");
await wait(seconds * 1000);
measuring = false;
const elapsed = (performance.now() - began) / 1000;
process.send?.("measured");
stopping = true;
await wait(200);
const result = {
  requests: done,
  perSecond: done / elapsed,
  elapsed,
  errors,
  failures: Object.fromEntries(failures),
  p50: quantile(latencies, 0.5),
  p95: quantile(latencies, 0.95),
  p99: quantile(latencies, 0.99),
  firstByteP50: quantile(firstBytes, 0.5),
  chunks,
  chunkDelayP50: quantile(chunkDelays, 0.5),
  chunkDelayP99: quantile(chunkDelays, 0.99),
  bytesIn,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
