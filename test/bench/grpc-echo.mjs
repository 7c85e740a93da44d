// The least an ext_proc service can do on grpc-js: answers every message without looking at it.
import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [socket] = process.argv.slice(2);
const proto = join(dirname(fileURLToPath(import.meta.url)), "../../proto/ext_proc.proto");
const definition = loader.loadSync(proto, { keepCase: true, oneofs: true, defaults: false });
const service = grpc.loadPackageDefinition(definition).envoy.service.ext_proc.v3.ExternalProcessor.service;
const server = new grpc.Server({ "grpc.max_receive_message_length": 64 << 20, "grpc.max_send_message_length": 64 << 20 });
server.addService(service, {
  Process(call) {
    call.on("data", (message) => {
      if (message.request_headers) call.write({ request_headers: {} });
      else if (message.request_body)
        call.write({ request_body: { response: { body_mutation: { body: message.request_body.body } } } });
      else if (message.response_headers) {
        const type = message.response_headers.headers.headers.find((it) => it.key === "content-type");
        const stream =
          type !== undefined &&
          Buffer.from(type.raw_value ?? "")
            .toString()
            .startsWith("text/event-stream");
        call.write({ response_headers: {}, ...(stream ? { mode_override: { response_body_mode: "STREAMED" } } : {}) });
      } else if (message.response_body) call.write({ response_body: {} });
    });
    call.on("end", () => call.end());
    call.on("error", () => {});
  },
});
if (existsSync(socket)) rmSync(socket);
server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  process.stdout.write("ready\n");
});
