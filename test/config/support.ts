import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { formatIssue } from "../../plugins/config/issue";
import { type LoadOptions, type LoadResult, loadConfig } from "../../plugins/config/load";
import type { Vocabulary } from "../../plugins/config/vocabulary";

/** A fixed vocabulary, so that these tests do not change with every new provider. */
export const WORDS: Vocabulary = {
  providers: [
    { kind: "openai", defaultBaseUrl: "https://api.openai.example/v1", credentialHeader: "authorization" },
    { kind: "anthropic", defaultBaseUrl: "https://api.anthropic.example/v1", credentialHeader: "x-api-key" },
    { kind: "openai-compatible", defaultBaseUrl: "", credentialHeader: "authorization" },
  ],
  strategies: ["fallback", "weighted"],
  plugins: [
    {
      name: "sample",
      config: z.strictObject({
        limit: z.int().min(1).default(5).describe("A limit."),
        webhook_key: z.string().meta({ secret: true }).optional(),
      }),
      check: (config, { models }) =>
        (config as { limit: number }).limit === 13 ? [{ path: ["limit"], message: `is no good for ${models.join()}` }] : [],
    },
  ],
};

export const NO_DNS = async (): Promise<string[]> => [];

const made: string[] = [];

export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "graft-config-"));
  made.push(directory);
  return directory;
}

export function removeDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export async function load(text: string, options: Partial<LoadOptions> = {}, directory = makeDirectory()): Promise<LoadResult> {
  const path = join(directory, "graft.yaml");
  writeFileSync(path, text);
  return loadConfig(path, { vocabulary: WORDS, env: {}, resolve: NO_DNS, ...options });
}

/** `line:column: severity: path: message` of every issue. */
export function issuesOf(result: LoadResult): string[] {
  const issues = result.ok ? result.warnings : result.issues;
  return issues.map((issue) => formatIssue({ ...issue, file: "f" }).slice(2));
}

/** A valid file without warnings. */
export const MINIMAL = `version: 1
providers:
  main: { kind: openai, api_keys: [sk-1] }
policies:
  default:
    models:
      - name: fast
        targets:
          - { provider: main, model: gpt-4o-mini }
`;
