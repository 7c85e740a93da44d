// A bare Node reverse proxy on the same HTTP client as Graft's relay: node:http in front, undici's dispatch behind. Bytes in, bytes out.
import { createServer } from "node:http";
import { Pool } from "undici";

const [port, upstream] = process.argv.slice(2).map(Number);
const pool = new Pool(`http://127.0.0.1:${upstream}`, { connections: 512, pipelining: 1 });
createServer((incoming, outgoing) => {
  const { host, connection, ...headers } = incoming.headers;
  pool.dispatch(
    { method: incoming.method, path: incoming.url, headers, body: incoming },
    {
      onRequestStart() {},
      onResponseStart(_controller, status, answer) {
        outgoing.writeHead(status, answer);
      },
      onResponseData(controller, bytes) {
        if (outgoing.write(bytes)) return;
        controller.pause();
        outgoing.once("drain", () => controller.resume());
      },
      onResponseEnd() {
        outgoing.end();
      },
      onResponseError() {
        outgoing.destroy();
      },
    },
  );
}).listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
