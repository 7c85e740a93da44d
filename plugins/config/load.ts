/** From a path to a configuration that is valid as a whole, or to everything that is wrong with it. */
import { dirname, resolve } from "node:path";
import type { HostName } from "../core/host";
import { checkAll } from "./check-all";
import { readPriceTable } from "./check-prices";
import { checkResolved, type Resolve, resolveHost } from "./check-resolved";
import { complete } from "./complete";
import { ConfigTree } from "./config-tree";
import { configHash } from "./hash";
import { Inspection } from "./inspection";
import { expand, FaultInTemplate, interpolate, type Sources } from "./interpolate";
import { type Finding, formatPath, type Issue } from "./issue";
import { parse } from "./parse";
import { ConfigFiles } from "./read-files";
import { readYaml } from "./read-yaml";
import { type Config, configSchema } from "./schema";
import type { Vocabulary } from "./vocabulary";

export interface LoadOptions {
  readonly vocabulary: Vocabulary;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly resolve?: Resolve;
  /** Says as well what this host cannot do of what the policies ask for. For `kong`, `envoy` is not looked at. */
  readonly host?: HostName;
}

export interface Loaded {
  readonly ok: true;
  readonly config: Config;
  /** Short, of everything but the secrets: it may be shown, and the same on every process with the same file. */
  readonly hash: string;
  readonly warnings: readonly Issue[];
  /** Digest by absolute path of every file this configuration was made from. */
  readonly files: ReadonlyMap<string, string>;
}

export interface Refused {
  readonly ok: false;
  /** In order of place; at least one is an error. */
  readonly issues: readonly Issue[];
  readonly files: ReadonlyMap<string, string>;
}

export type LoadResult = Loaded | Refused;

export async function loadConfig(path: string, options: LoadOptions): Promise<LoadResult> {
  const files = new ConfigFiles();
  const refuse = (issues: readonly Issue[]): Refused => ({ ok: false, issues, files: files.digests });
  const read = await readTree(path, files);
  if (!(read instanceof ConfigTree)) return refuse(read);
  const locate = (found: readonly Finding[]): Issue[] => found.map((it) => issueAt(path, read, it)).sort(byPlace);

  const directory = resolve(dirname(path));
  const faults = await interpolate(read, await sourcesOf(read, directory, files, options.env));
  const schema = configSchema(options.vocabulary);
  const parsed = parse(read, schema);
  // A value that could not be interpolated has been reported; what else is wrong with it follows from that.
  const broken = new Set(faults.map((fault) => formatPath(fault.path)));
  const isNew = (finding: Finding): boolean => !broken.has(formatPath(finding.path));
  if (Array.isArray(parsed)) return refuse(locate([...faults, ...parsed.filter(isNew)]));

  const { table, findings: ofTable } = await readPriceTable(parsed, directory, files);
  const config: Config = {
    ...complete(parsed, options.vocabulary, directory),
    ...(table === undefined ? {} : { priceTable: table }),
  };
  const inspection = new Inspection(config, options.vocabulary, read, schema);
  checkAll(inspection, options.host);
  const findings = [...faults, ...ofTable, ...inspection.findings.filter(isNew), ...(await checkTlsFiles(config, files))];
  if (!hasError(findings)) findings.push(...(await checkResolved(config, options.resolve ?? resolveHost)));
  const issues = locate(findings);
  if (hasError(findings)) return refuse(issues);
  return { ok: true, config, hash: configHash(schema, parsed), warnings: issues, files: files.digests };
}

async function readTree(path: string, files: ConfigFiles): Promise<ConfigTree | Issue[]> {
  const issue = (message: string, line = 1, column = 1): Issue => ({
    severity: "error",
    file: path,
    line,
    column,
    path: "",
    message,
  });
  try {
    const tree = readYaml(await files.config(path));
    if (!(tree instanceof ConfigTree)) return tree.map((fault) => issue(fault.message, fault.line, fault.column));
    return tree.root === undefined ? [issue("the file is empty")] : tree;
  } catch (thrown) {
    if (thrown instanceof FaultInTemplate) return [issue(thrown.message)];
    throw thrown;
  }
}

/** `files_root` says where `${file:…}` may read, so it cannot hold one itself. */
async function sourcesOf(tree: ConfigTree, directory: string, files: ConfigFiles, env: LoadOptions["env"]): Promise<Sources> {
  const noFiles = async (): Promise<string> => {
    throw new FaultInTemplate("cannot be read: `files_root` must be known first, without a file");
  };
  const written = tree.get(["files_root"]);
  const given = typeof written === "string" ? await expand(written, { env, file: noFiles }).catch(() => undefined) : ".";
  const root = given === undefined ? undefined : resolve(directory, given);
  return { env, file: (path) => (root === undefined ? noFiles() : files.below(root, path)) };
}

/** Only Envoy reads them, perhaps on another machine: a missing one is a warning. */
async function checkTlsFiles(config: Config, files: ConfigFiles): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, { tls }] of Object.entries(config.providers)) {
    for (const field of ["ca_file", "cert_file", "key_file"] as const) {
      const file = tls?.[field];
      if (file === undefined || (await files.note(file))) continue;
      const path = ["providers", name, "tls", field];
      findings.push({ severity: "warning", path, at: "value", message: `${file} does not exist here; the gateway needs it` });
    }
  }
  return findings;
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === "error");
}

function issueAt(file: string, tree: ConfigTree, finding: Finding): Issue {
  const { severity, message } = finding;
  return { severity, file, ...tree.position(finding), path: formatPath(finding.path), message };
}

function byPlace(a: Issue, b: Issue): number {
  return a.line - b.line || a.column - b.column;
}
