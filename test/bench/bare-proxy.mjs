// A bare Node reverse proxy: the least a Node process can do between client and provider. Bytes in, bytes out.
import { Agent, createServer, request } from "node:http";

const [port, upstream] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: 512 });
createServer((incoming, outgoing) => {
  const call = request(
    { port: upstream, host: "127.0.0.1", method: incoming.method, path: incoming.url, headers: incoming.headers, agent },
    (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    },
  );
  call.on("error", () => outgoing.destroy());
  incoming.pipe(call);
}).listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
