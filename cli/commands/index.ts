/** THE list of commands, one line each, in the order of `--help`. A command is read when it is called: that is most of the program. */
import type { Command } from "commander";

type Add = (program: Command) => void;

export const COMMANDS: Readonly<Record<string, () => Add>> = {
  start: () => (require("./start") as typeof import("./start")).start,
  envoy: () => (require("./envoy") as typeof import("./envoy")).envoy,
  "envoy-config": () => (require("./envoy-config") as typeof import("./envoy-config")).envoyConfigCommand,
  kong: () => (require("./kong") as typeof import("./kong")).kong,
  check: () => (require("./check") as typeof import("./check")).check,
  explain: () => (require("./explain") as typeof import("./explain")).explain,
  prices: () => (require("./prices") as typeof import("./prices")).prices,
  usage: () => (require("./usage") as typeof import("./usage")).usage,
  audit: () => (require("./audit") as typeof import("./audit")).audit,
  cache: () => (require("./cache") as typeof import("./cache")).cache,
  schema: () => (require("./schema") as typeof import("./schema")).schema,
  docs: () => (require("./docs") as typeof import("./docs")).docs,
};
