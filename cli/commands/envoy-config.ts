import { type Command, Option } from "commander";
import { envoyFragments, printBootstrap, printFragments } from "../../envoy/config";
import { HOST_OF, MODES, type Mode } from "../../envoy/mode";
import { formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { version } from "../../plugins/package-root";

interface Flags {
  readonly mode: Mode;
  readonly fragments?: boolean;
  readonly caBundle?: string;
}

/** The configuration goes to standard output, problems to standard error; the exit code is 1 when there is an error. */
export function envoyConfigCommand(program: Command): void {
  program
    .command("envoy-config")
    .description("print the Envoy configuration that belongs to a configuration of Graft")
    .argument("[file]", "configuration", "graft.yaml")
    .addOption(
      new Option("--mode <mode>", "who calls the providers: Envoy (ext_proc) or Graft (relay)").choices(MODES).default(MODES[0]),
    )
    .option("--fragments", "in pieces, for an Envoy you already run")
    .addOption(new Option("--ca-bundle <file>", "authorities to trust where a provider names none, on the machine of Envoy"))
    .action(async (file: string, { mode, fragments = false, caBundle }: Flags) => {
      const result = await loadConfig(file, { vocabulary: KNOWN, env: process.env, host: HOST_OF[mode] });
      for (const issue of result.ok ? result.warnings : result.issues) process.stderr.write(`${formatIssue(issue)}\n`);
      if (!result.ok) {
        process.exitCode = 1;
        return;
      }
      const { config } = result;
      const options = { version: version(), mode, ...(caBundle === undefined ? {} : { caBundle }) };
      if (!fragments && config.envoy.caller.kind === "mtls") {
        process.stderr.write("warning: the printed listener has no TLS, so no caller has a certificate; use --fragments\n");
      }
      process.stdout.write(fragments ? printFragments(envoyFragments(config, options)) : printBootstrap(config, options));
    });
}
