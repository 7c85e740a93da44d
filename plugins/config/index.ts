/** `graft.yaml`: schema, loading with located errors, watching, JSON Schema and reference. */
export { type HostPort, isLoopback, parseHostPort, parseSocket, type SocketAddress } from "./addresses";
export { emptyConfig } from "./empty-config";
export { formatIssue, type Issue } from "./issue";
export { configJsonSchema } from "./json-schema";
export { KNOWN } from "./known";
export { type Loaded, type LoadOptions, type LoadResult, loadConfig, type Refused } from "./load";
export { configReference } from "./reference";
export * from "./schema";
export type { Vocabulary } from "./vocabulary";
export { type ConfigWatch, type WatchOptions, watchConfig } from "./watch";
