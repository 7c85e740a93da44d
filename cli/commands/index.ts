/** THE list of commands, one line each. */
import type { Command } from "commander";
import { audit } from "./audit";
import { check } from "./check";
import { docs } from "./docs";
import { envoy } from "./envoy";
import { envoyConfigCommand } from "./envoy-config";
import { explain } from "./explain";
import { kong } from "./kong";
import { prices } from "./prices";
import { schema } from "./schema";
import { start } from "./start";
import { usage } from "./usage";

export const COMMANDS: readonly ((program: Command) => void)[] = [
  start,
  envoy,
  envoyConfigCommand,
  kong,
  check,
  explain,
  prices,
  usage,
  audit,
  schema,
  docs,
];
