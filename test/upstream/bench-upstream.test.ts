import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import path from "node:path";
import { SseDecoder } from "../../plugins/core/sse";

let child: ChildProcess;
let url = "";
let port = 0;
beforeAll(async () => {
  const script = path.join(__dirname, "../bench/upstream.mjs");
  child = spawn(process.execPath, [script, "--port", "0", "--chunks", "5", "--interval-ms", "1", "--bytes", "12"]);
  if (child.stdout === null) throw new Error("no output");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const said = JSON.parse(line.toString());
  expect(said).toMatchObject({ chunks: 5, intervalMs: 1, pid: child.pid });
  port = said.port;
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

async function post(path_: string, body: string): Promise<Response> {
  return await fetch(url + path_, { method: "POST", body });
}

test.each([
  ["/v1/chat/completions", '{"stream":true}', "[DONE]"],
  ["/v1/messages", `{"padding":"${"x".repeat(200_000)}","stream": true}`, '{"type":"message_stop"}'],
  ["/v1beta/models/m:streamGenerateContent?alt=sse", "{}", '"finishReason":"STOP"'],
])("%s streams stamped chunks", async (path_, body, end) => {
  const response = await post(path_, body);
  expect(response.headers.get("content-type")).toMatch("text/event-stream");
  const decoder = new SseDecoder();
  const events = [...decoder.push(Buffer.from(await response.text())), ...decoder.end()].map((event) => event.data);
  expect(events.at(-1)).toContain(end);
  const times = events.flatMap((data) => /"(?:text|content)":"(\d{16}) "/.exec(data)?.slice(1) ?? []).map(Number);
  expect(times).toHaveLength(5);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(times).size).toBe(5);
});

test.each([
  ["/v1/chat/completions", '{"stream":false}'],
  ["/v1/messages", '{"messages":[{"role":"user","content":"\\"stream\\":true"}]}'],
  ["/v1beta/models/m:generateContent", '{"stream":0}'],
])("%s answers whole", async (path_, body) => {
  const response = await post(path_, body);
  expect(response.headers.get("content-length")).not.toBeNull();
  expect(await response.text()).toContain('"word word wo"');
});

describe("its own HTTP parser", () => {
  const body = '{"model":"m","messages":[]}';
  const length = `POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const chunked = `POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const streamed = chunked.replace(`"messages":[]`, `"stream":true`);
  const requests = length + chunked + streamed + length;

  test.each([1, 7, 50, requests.length])("four requests in a row, %i bytes at a time", async (size) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let seen = "";
    const all = new Promise<void>((resolve) =>
      socket.on("data", (bytes) => {
        seen += bytes.toString();
        if (seen.split("HTTP/1.1 200 OK").length === 5 && seen.endsWith("}}")) resolve();
      }),
    );
    for (let at = 0; at < requests.length; at += size) {
      socket.write(requests.slice(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
    const kinds = seen.split("HTTP/1.1 200 OK").map((answer) => /"type":"message"|"chat.completion"|\[DONE\]/.exec(answer)?.[0]);
    expect(kinds).toEqual([undefined, '"type":"message"', '"chat.completion"', "[DONE]", '"type":"message"']);
    socket.destroy();
  });
});
