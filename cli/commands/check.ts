import { type Command, Option } from "commander";
import { type Config, formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { HOSTS, type HostName } from "../../plugins/core/host";
import { describeModels } from "../describe-models";

interface CheckOptions {
  readonly host?: HostName;
  readonly json?: boolean;
}

/** Problems go to standard error as compilers print them, the summary to standard output; the exit code is 1 when there is an error. */
export function check(program: Command): void {
  program
    .command("check")
    .description("say what is wrong with a configuration, or what it does")
    .argument("[file]", "configuration", "graft.yaml")
    .addOption(new Option("--host <host>", "check as well what this host cannot do").choices(Object.keys(HOSTS)))
    .option("--json", "print the result as JSON")
    .action(async (file: string, options: CheckOptions) => {
      const host = options.host === undefined ? {} : { host: options.host };
      const result = await loadConfig(file, { vocabulary: KNOWN, env: process.env, ...host });
      const issues = result.ok ? result.warnings : result.issues;
      if (!result.ok) process.exitCode = 1;
      if (options.json === true) {
        const hash = result.ok ? { hash: result.hash } : {};
        process.stdout.write(`${JSON.stringify({ ok: result.ok, ...hash, issues }, undefined, 2)}\n`);
        return;
      }
      for (const issue of issues) process.stderr.write(`${formatIssue(issue)}\n`);
      if (result.ok) process.stdout.write(`${file} is valid, configuration ${result.hash}\n${summary(result.config)}`);
    });
}

/** Policy → aliases → targets, with the routes that lead there. */
function summary(config: Config): string {
  return Object.entries(config.policies)
    .map(([name, policy]) => {
      const routes = config.envoy.routes
        .filter((route) => route.policy === name)
        .map((it) => `${it.hosts.join(" ")} ${it.prefix}`);
      return `\npolicy ${name}  (routes: ${routes.join(", ")})\n${describeModels(policy)}\n`;
    })
    .join("");
}
