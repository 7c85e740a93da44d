import { type Command, Option } from "commander";
import { MODES, type Mode } from "../../envoy/mode";
import type { ServeOptions, Serving } from "../../envoy/serve";
import { LEVELS, milliseconds, untilStopped } from "./serving";

interface ServeFlags {
  readonly mode: Mode;
  readonly socket?: string;
  readonly admin?: string;
  readonly logLevel: string;
  readonly drainGraceMs: string;
  readonly drainTimeoutMs: string;
}

/** Read when it is that mode's turn: they have little in common. */
const SERVE: Readonly<Record<Mode, () => (options: ServeOptions) => Promise<Serving>>> = {
  ext_proc: () => (require("../../envoy/serve") as typeof import("../../envoy/serve")).serveEnvoy,
  relay: () => (require("../../envoy/relay/serve") as typeof import("../../envoy/relay/serve")).serveRelay,
};

/** The Envoy host. SIGTERM and SIGINT drain; a second one ends at once. */
export function envoy(program: Command): void {
  const group = program.command("envoy").description("the Envoy host");
  group
    .command("serve")
    .description("serve Envoy until SIGTERM")
    .argument("[file]", "configuration", "graft.yaml")
    .addOption(
      new Option("--mode <mode>", "answer ext_proc filters, or take the requests themselves (relay)")
        .choices(MODES)
        .default(MODES[0]),
    )
    .option("--socket <address>", "which of `envoy.sockets` is this process's (default: the first)")
    .option("--admin <host:port>", "where to serve /healthz, /readyz and /metrics, instead of `admin.listen`")
    .addOption(new Option("--log-level <level>", "least important lines to write").choices(LEVELS).default("info"))
    .option("--drain-grace-ms <n>", "on SIGTERM, how long to keep serving while Envoy notices", "2000")
    .option("--drain-timeout-ms <n>", "after that, how long running exchanges may take", "600000")
    .action(async (configPath: string, flags: ServeFlags) => {
      const grace = milliseconds("--drain-grace-ms", flags.drainGraceMs);
      const timeout = milliseconds("--drain-timeout-ms", flags.drainTimeoutMs);
      const serving = await SERVE[flags.mode]()({
        configPath,
        env: process.env,
        logLevel: flags.logLevel,
        ...(flags.socket === undefined ? {} : { socket: flags.socket }),
        ...(flags.admin === undefined ? {} : { admin: flags.admin }),
      });
      await untilStopped();
      await serving.drain(grace, timeout);
      process.exit(0);
    });
}
