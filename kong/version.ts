import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Of the package: Kong shows it with the plugins. */
export function packageVersion(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  const text: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return typeof text === "object" && text !== null && "version" in text ? String(text.version) : "0.0.0";
}
