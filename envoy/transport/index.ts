export { GrpcCode, GrpcError } from "./grpc/status";
export { createTransport, type TransportOptions } from "./grpc-transport";
export type { CloseReason, DrainResult, ListenOptions, OpenStream, ProcessStream, StreamHandler, Transport } from "./transport";
