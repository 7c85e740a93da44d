/** What the checks across fields work with. */
import type { ConfigTree } from "./config-tree";
import { shown } from "./explain";
import type { Finding, Path } from "./issue";
import type { Config, ConfigSchema } from "./schema";
import type { Vocabulary } from "./vocabulary";

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export class Inspection {
  readonly config: Config;
  readonly vocabulary: Vocabulary;
  readonly findings: Finding[] = [];
  readonly #tree: ConfigTree;
  readonly #schema: ConfigSchema;

  constructor(config: Config, vocabulary: Vocabulary, tree: ConfigTree, schema: ConfigSchema) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.#tree = tree;
    this.#schema = schema;
  }

  error(path: Path, message: string, at: Finding["at"] = "value"): void {
    this.findings.push({ severity: "error", path, at, message });
  }

  warn(path: Path, message: string, at: Finding["at"] = "value"): void {
    this.findings.push({ severity: "warning", path, at, message });
  }

  /** In the file, not only a default. */
  written(path: Path): boolean {
    return this.#tree.has(path);
  }

  /** The value as it may be printed. */
  shown(path: Path): string {
    return shown(path, this.#tree, this.#schema);
  }

  /** Names become Envoy cluster names, metric labels and parts of paths. */
  name(path: Path): void {
    if (!NAME.test(String(path.at(-1)))) {
      this.error(path, "names have 1 to 63 lower-case letters, digits, - and _, and begin with a letter or digit", "key");
    }
  }
}
