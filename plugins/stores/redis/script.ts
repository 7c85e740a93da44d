/** Lua scripts, put together from the files beside this one. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Script {
  readonly text: string;
  /** What Redis knows it by. */
  readonly sha: string;
}

/** @param files names without `.lua`, in this order in one scope. */
export function loadScript(...files: readonly string[]): Script {
  const text = files.map((file) => readFileSync(join(__dirname, "scripts", `${file}.lua`), "utf8")).join("\n");
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
