import {
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  type Client as GrpcClient,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import { PROCESS_PATH, type ProcessingResponse } from "../../../../proto/ext-proc";
import { envoy, grpc } from "../../../../proto/generated/messages";

const { ProcessingRequest, ProcessingResponse: ResponseCodec } = envoy.service.ext_proc.v3;
const { HealthCheckRequest, HealthCheckResponse } = grpc.health.v1;

export type RequestMessage = envoy.service.ext_proc.v3.ProcessingRequest.$Properties;
export type ProcessCall = ClientDuplexStream<RequestMessage, ProcessingResponse>;
type HealthMessage = { status: number };

const process = {
  path: PROCESS_PATH,
  requestStream: true,
  responseStream: true,
  requestSerialize: (message: RequestMessage) => Buffer.from(ProcessingRequest.encode(message).finish()),
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (message: Buffer) => message,
  responseDeserialize: (bytes: Buffer) => ResponseCodec.decode(bytes),
};

const health = {
  requestStream: false,
  requestSerialize: (service: string) => Buffer.from(HealthCheckRequest.encode({ service }).finish()),
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (message: Buffer) => message,
  responseDeserialize: (bytes: Buffer): HealthMessage => HealthCheckResponse.decode(bytes),
};

const Client = makeGenericClientConstructor(
  {
    Process: process,
    Unknown: { ...process, path: "/envoy.service.ext_proc.v3.ExternalProcessor/Unknown" },
    Check: { ...health, path: "/grpc.health.v1.Health/Check", responseStream: false },
    Watch: { ...health, path: "/grpc.health.v1.Health/Watch", responseStream: true },
  },
  "test",
);

interface Methods {
  Process(metadata: Metadata, options: object): ProcessCall;
  Unknown(metadata: Metadata, options: object): ProcessCall;
  Check(service: string, done: (error: ServiceError | null, answer?: HealthMessage) => void): void;
  Watch(service: string): ClientReadableStream<HealthMessage>;
}

export interface TestClient {
  process(headers?: Record<string, string>): ProcessCall;
  unknown(): ProcessCall;
  check(service?: string): Promise<number>;
  watch(service?: string): ClientReadableStream<HealthMessage>;
  close(): void;
}

/** The official client, on one connection. */
export function connectGrpc(target: string): TestClient {
  const client = new Client(target, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
  }) as unknown as GrpcClient & Methods;
  const call = (open: (metadata: Metadata, options: object) => ProcessCall, headers: Record<string, string> = {}) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return open.call(client, metadata, {});
  };
  return {
    process: (headers) => call(client.Process, headers),
    unknown: () => call(client.Unknown),
    check: (service = "") =>
      new Promise((resolve, reject) => {
        client.Check(service, (error, answer) => (error ? reject(error) : resolve(answer?.status ?? -1)));
      }),
    watch: (service = "") => client.Watch(service),
    close: () => client.close(),
  };
}

export interface Outcome {
  readonly answers: ProcessingResponse[];
  readonly status: StatusObject;
}

/** Everything a call brings until its status. */
export function outcome(call: ProcessCall): Promise<Outcome> {
  const answers: ProcessingResponse[] = [];
  return new Promise((resolve) => {
    call.on("data", (answer: ProcessingResponse) => answers.push(answer));
    // The status tells it all; without a listener the error would be thrown.
    call.on("error", () => {});
    call.on("status", (status) => resolve({ answers, status }));
  });
}

/** The four messages of one buffered exchange. */
export function exchangeMessages(body = Buffer.from('{"model":"m"}')): RequestMessage[] {
  const headers = { headers: [{ key: ":path", rawValue: Buffer.from("/v1/chat/completions") }] };
  return [
    { requestHeaders: { headers } },
    { requestBody: { body, endOfStream: true } },
    { responseHeaders: { headers } },
    { responseBody: { body, endOfStream: true } },
  ];
}
