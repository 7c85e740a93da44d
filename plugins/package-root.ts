import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The directory of package.json: two levels up from compiled files, one from sources. */
export function packageRoot(): string {
  let directory = __dirname;
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error("package.json was not found above the graft command");
    directory = parent;
  }
  return directory;
}

export function version(): string {
  const text: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  return typeof text === "object" && text !== null && "version" in text ? String(text.version) : "unknown";
}
