import { complete } from "./complete";
import { KNOWN } from "./known";
import { type Config, configSchema } from "./schema";

/** All settings of the process at their defaults, and nothing to serve: where the gateway brings the policies itself. */
export function emptyConfig(): Config {
  const parsed = configSchema(KNOWN).parse({ version: 1, providers: {}, policies: {} });
  return complete(parsed, KNOWN, process.cwd());
}
