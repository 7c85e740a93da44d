/**
 * `${NAME}`, `${NAME:-default}`, `${file:path}` and `$${` (a literal `${`) in the values of a tree. It happens after YAML was
 * parsed, so what is put in can never become structure. A value that comes out empty counts as not written.
 */
import type { ConfigTree } from "./config-tree";
import type { Finding } from "./issue";

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws FaultInTemplate */
  file(path: string): Promise<string>;
}

/** Its message never holds a value. */
export class FaultInTemplate extends Error {}

/** Replaces every template in the tree and says what could not be replaced. */
export async function interpolate(tree: ConfigTree, sources: Sources): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const leaf of tree.texts()) {
    if (!leaf.text.includes("${")) continue;
    try {
      const value = await expand(leaf.text, sources);
      leaf.replace(value === "" ? undefined : value);
    } catch (thrown) {
      if (!(thrown instanceof FaultInTemplate)) throw thrown;
      findings.push({ severity: "error", path: leaf.path, at: "value", message: thrown.message });
    }
  }
  tree.compact();
  return findings;
}

/** @throws FaultInTemplate */
export async function expand(text: string, sources: Sources): Promise<string> {
  let out = "";
  let at = 0;
  for (let start = text.indexOf("${", at); start !== -1; start = text.indexOf("${", at)) {
    if (text[start - 1] === "$" && start > at) {
      out += `${text.slice(at, start - 1)}\${`;
      at = start + 2;
      continue;
    }
    const end = text.indexOf("}", start);
    if (end === -1) throw new FaultInTemplate(`"\${" is not closed; ${FORMS}`);
    out += text.slice(at, start) + (await resolve(text.slice(start + 2, end), sources));
    at = end + 1;
  }
  return out + text.slice(at);
}

const FORMS = "write ${NAME}, ${NAME:-default} or ${file:path}, and $${ for a literal ${";
const ENV = /^([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?$/s;

async function resolve(reference: string, sources: Sources): Promise<string> {
  if (reference.startsWith("file:")) return sources.file(reference.slice("file:".length));
  const match = ENV.exec(reference);
  const name = match?.[1];
  if (name === undefined) throw new FaultInTemplate(`this is not a reference; ${FORMS}`);
  const value = Object.hasOwn(sources.env, name) ? sources.env[name] : undefined;
  if (value !== undefined && value !== "") return value;
  const fallback = match?.[3];
  if (fallback !== undefined) return fallback;
  throw new FaultInTemplate(`environment variable ${name} is not set; set it, or write \${${name}:-} where it may be absent`);
}
