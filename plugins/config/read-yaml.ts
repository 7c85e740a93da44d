/** YAML text (JSON is YAML too) into a tree. Everything that could grow or mislead is refused: duplicate keys, tags, alias bombs. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { ConfigTree, isContainer, type Place, type Places } from "./config-tree";

/** Counted after aliases are expanded, so that a few lines of nested aliases cannot grow without end. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 64;

/** A fault of the file's form, before there is a tree to find places in. */
export interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export function readYaml(text: string): ConfigTree | readonly SyntaxFault[] {
  const lines = new LineCounter();
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, stringKeys: true, version: "1.2" });
  const fault = (offset: number, message: string): SyntaxFault => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const found = [...document.errors, ...document.warnings];
  if (found.length > 0) return found.map((error) => fault(error.pos[0], syntaxMessage(error.code, error.message)));
  const builder = new Builder();
  try {
    const root = builder.build(document.contents, 0);
    return new ConfigTree(root, builder.places, lines);
  } catch (thrown) {
    if (thrown instanceof BuildError) return [fault(thrown.offset, thrown.message)];
    throw thrown;
  }
}

/** Some of the parser's messages quote the file, mostly after a colon; a secret may stand there. */
function syntaxMessage(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this key is written twice in the same mapping";
  if (code === "BAD_DIRECTIVE") return "not valid YAML: unknown directive";
  const hint = code === "BAD_INDENT" || code === "MISSING_CHAR" || code === "UNEXPECTED_TOKEN" ? QUOTE_HINT : "";
  return `not valid YAML: ${message.split(/: |\n/, 1)[0] ?? ""}${hint}`;
}

const QUOTE_HINT = " (inside [ ] and { }, values such as ${NAME} must be quoted)";

class BuildError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

class Builder {
  readonly places = new WeakMap<object, Places>();
  readonly #anchors = new Map<string, Node>();
  #nodes = 0;
  #expanding = 0;

  build(node: Node | null, depth: number): unknown {
    if (node === null) return undefined;
    const offset = node.range?.[0] ?? 0;
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new BuildError(offset, `more than ${MAX_NODES} values, aliases expanded`);
    if (depth > MAX_DEPTH) throw new BuildError(offset, `nested deeper than ${MAX_DEPTH} levels`);
    if (isAlias(node)) return this.#alias(node.source, offset, depth);
    if (node.anchor !== undefined && this.#expanding === 0) this.#anchors.set(node.anchor, node);
    if (isMap<Node, Node | null>(node)) return this.#map(node.items, depth);
    if (isSeq<Node>(node)) return this.#list(node.items, depth);
    // Empty and `null` mean "not given", as they do in Kong's configuration.
    return isScalar(node) ? (node.value ?? undefined) : undefined;
  }

  #alias(name: string, offset: number, depth: number): unknown {
    const node = this.#anchors.get(name);
    if (node === undefined) throw new BuildError(offset, "this alias refers to no anchor above it");
    this.#expanding += 1;
    const value = this.build(node, depth + 1);
    this.#expanding -= 1;
    return value;
  }

  #list(items: readonly Node[], depth: number): unknown[] {
    const out: unknown[] = [];
    const places = new Map<string | number, Place>();
    this.places.set(out, places);
    for (const item of items) {
      const offset = item.range?.[0] ?? 0;
      const value = this.build(item, depth + 1);
      if (value === undefined) throw new BuildError(offset, "empty list item");
      places.set(out.length, { keyOffset: offset, valueOffset: offset });
      out.push(value);
    }
    return out;
  }

  #map(items: readonly { key: Node; value: Node | null }[], depth: number): { [key: string]: unknown } {
    const out: { [key: string]: unknown } = {};
    const places = new Map<string | number, Place>();
    this.places.set(out, places);
    const merges: Node[] = [];
    for (const { key, value } of items) {
      const keyOffset = key.range?.[0] ?? 0;
      const name = isScalar(key) ? String(key.value) : "";
      if (name === "__proto__") throw new BuildError(keyOffset, "a key must not be called __proto__");
      if (isScalar(key) && key.type === "PLAIN" && name === "<<" && value !== null) {
        merges.push(value);
        continue;
      }
      const built = this.build(value, depth + 1);
      places.set(name, { keyOffset, valueOffset: value?.range?.[0] ?? keyOffset });
      if (built !== undefined) out[name] = built;
    }
    for (const merge of merges) this.#merge(out, places, merge, depth);
    return out;
  }

  /** `<<: *base` or `<<: [*a, *b]`: keys written here win, then the earlier source. */
  #merge(out: { [key: string]: unknown }, places: Places, node: Node, depth: number): void {
    const offset = node.range?.[0] ?? 0;
    const value = this.build(node, depth + 1);
    for (const source of Array.isArray(value) ? value : [value]) {
      if (!isContainer(source) || Array.isArray(source))
        throw new BuildError(offset, "<< must name a mapping or a list of mappings");
      for (const [key, inner] of Object.entries(source)) {
        if (places.has(key)) continue;
        out[key] = inner;
        const place = this.places.get(source)?.get(key);
        if (place !== undefined) places.set(key, place);
      }
    }
  }
}
