import { type Command, Option } from "commander";
import { PLUGIN_NAMES, type PluginName, pluginInfoJson } from "../../kong/plugin-info";
import { serveKong } from "../../kong/serve";
import { KNOWN } from "../../plugins/config";
import { version } from "../../plugins/package-root";
import { parseSocketMode } from "../../plugins/unix-socket";
import { LEVELS, milliseconds, untilStopped } from "./serving";

interface ServeFlags {
  readonly socket: string;
  readonly config?: string;
  readonly socketMode: string;
  readonly admin?: string;
  readonly relayPort?: string;
  readonly logLevel: string;
  readonly drainTimeoutMs: string;
}

/** The Kong host. SIGTERM and SIGINT drain; a second one ends at once. */
export function kong(program: Command): void {
  const group = program.command("kong").description("the Kong host");
  group
    .command("serve")
    .description("serve Kong's plugin RPC, and the relay behind it, until SIGTERM")
    .requiredOption("--socket <path>", "where Kong reaches the plugin (`pluginserver_graft_socket`)")
    .option("--config <file>", "a graft.yaml with policies to be named in Kong (default: none)")
    .option("--socket-mode <mode>", "permissions of the socket: Kong's workers must be able to write to it", "0660")
    .option("--admin <host:port>", "where to serve /healthz, /readyz and /metrics, instead of `admin.listen`; off = nowhere")
    .option("--relay-port <n>", "a fixed port of 127.0.0.1 for the relay (default: a free one)")
    .addOption(new Option("--log-level <level>", "least important lines to write").choices(LEVELS).default("info"))
    .option("--drain-timeout-ms <n>", "on SIGTERM, how long running requests may take", "600000")
    .action(async (flags: ServeFlags) => {
      const timeout = milliseconds("--drain-timeout-ms", flags.drainTimeoutMs);
      const serving = await serveKong({
        socket: flags.socket,
        socketMode: parseSocketMode(flags.socketMode),
        configPath: flags.config,
        admin: flags.admin,
        logLevel: flags.logLevel,
        env: process.env,
        ...(flags.relayPort === undefined ? {} : { relayPort: port(flags.relayPort) }),
      });
      await untilStopped();
      await serving.drain(timeout);
      process.exit(0);
    });
  group
    .command("info")
    .description("print what Kong must know of a plugin (`pluginserver_*_query_cmd`), as JSON")
    .argument("[plugin]", PLUGIN_NAMES.join(" or "), "graft")
    .action((name: string) => {
      if (!isPlugin(name)) throw new Error(`there is no plugin ${name}; there are ${PLUGIN_NAMES.join(" and ")}`);
      process.stdout.write(pluginInfoJson(name, version(), KNOWN));
    });
}

function isPlugin(name: string): name is PluginName {
  return PLUGIN_NAMES.some((it) => it === name);
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value < 1 || value > 65_535) throw new Error(`--relay-port takes 1 to 65535, not ${text}`);
  return value;
}
