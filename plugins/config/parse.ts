/** Checks the shape of a tree against the schema. */
import type { z } from "zod";
import type { ConfigTree } from "./config-tree";
import { explain } from "./explain";
import type { Finding } from "./issue";

/** Texts that came from outside are converted where the schema wants a number or a boolean. */
export function parse<Schema extends z.ZodType>(tree: ConfigTree, schema: Schema): z.output<Schema> | Finding[] {
  let result = schema.safeParse(tree.root);
  if (result.success) return result.data;
  let converted = false;
  for (const { code, path, ...issue } of result.error.issues) {
    const at = path.filter((key) => typeof key !== "symbol");
    const value = tree.get(at);
    if (code !== "invalid_type" || typeof value !== "string" || tree.template(at) === undefined) continue;
    const wanted = "expected" in issue ? fromText(value, String(issue.expected)) : undefined;
    if (wanted === undefined) continue;
    tree.convert(at, wanted);
    converted = true;
  }
  if (converted) result = schema.safeParse(tree.root);
  if (result.success) return result.data;
  return result.error.issues.flatMap((issue) => explain(issue, tree, schema));
}

function fromText(text: string, wanted: string): number | boolean | undefined {
  if (wanted === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  if (wanted !== "int" && wanted !== "number") return undefined;
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}
