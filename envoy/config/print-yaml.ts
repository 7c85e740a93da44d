/** Plain values as YAML for people: reasons become comments, small leaves stay on one line, nothing is an anchor. */
import { Document, isMap, isNode, isSeq, type Pair, type YAMLMap } from "yaml";
import { hasReasons, reasonFor } from "./because";

/** Of a comment's text. */
const COMMENT_WIDTH = 110;
/** A map or list whose JSON is shorter than this is written on one line. */
const ONE_LINE = 96;

/** @param heading comment at the top */
export function printYaml(value: object, heading: string): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  document.commentBefore = comment(heading);
  decorate(document.contents, value, new Set());
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** @param said reasons are written once, where they first apply */
function decorate(node: unknown, value: unknown, said: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if (isMap(node)) for (const pair of node.items) decoratePair(pair, node, value, said);
  if (isSeq(node)) for (const [index, item] of node.items.entries()) decorateChild(item, Reflect.get(value, index), said);
}

function decoratePair(pair: Pair, map: YAMLMap, value: object, said: Set<string>): void {
  const field = String(pair.key);
  const reason = reasonFor(value, field);
  // Above the first field of a list item, the comment belongs above the item's dash.
  const place = map.items[0] === pair ? map : pair.key;
  if (reason !== undefined && !said.has(reason) && isNode(place)) {
    place.commentBefore = comment(reason);
    said.add(reason);
  }
  decorateChild(pair.value, Reflect.get(value, field), said);
}

function decorateChild(node: unknown, value: unknown, said: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  const small = JSON.stringify(value).length < ONE_LINE && !hasReasons(value);
  if (small && (isMap(node) || isSeq(node))) node.flow = true;
  else decorate(node, value, said);
}

function comment(text: string): string {
  const lines = text.split("\n").flatMap((line) => wrap(line));
  return lines.map((line) => (line === "" ? "" : ` ${line}`)).join("\n");
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > COMMENT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
