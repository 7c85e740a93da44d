/** JSON web tokens (RFC 7519) in their compact form, signed or encrypted: the header is JSON with an `alg`. */
import { isObject, parseJson } from "../../../core/read-json";
import { type Detector, type Finding, NOTHING } from "../detector";

/**
 * Every header begins with `{"`, with or without a blank behind the bracket. Three parts, or five when it is encrypted.
 * In a query that was encoded once more, the unbroken run begins with the `3D` of a `%3D`.
 */
const TOKEN =
  /(?:(?<![\w-])|(?<=^[0-9A-F]{2}))(ey[A-Za-z][\w-]{10,1000})\.[\w-]{0,3072}\.(?:[\w-]{0,1024}\.[\w-]{1,1024}\.)?[\w-]{0,1024}/g;

export const jwt: Detector = {
  entity: "jwt",
  group: "secret",
  description: "JSON web tokens, signed, encrypted or neither, of up to 4,096 characters: the header must be JSON with an `alg`.",
  longest: 4096,
  find(scan) {
    let found: Finding[] | undefined;
    for (const { start, end } of scan.tokens) {
      const run = scan.plain.slice(start, end);
      if (!run.includes("ey")) continue;
      for (const match of run.matchAll(TOKEN)) {
        if (!isHeader(match[1] ?? "")) continue;
        found ??= [];
        found.push({ start: start + match.index, end: start + match.index + match[0].length });
      }
    }
    return found ?? NOTHING;
  },
};

function isHeader(part: string): boolean {
  const header = parseJson(Buffer.from(part, "base64url").toString("utf8"));
  return isObject(header) && typeof header["alg"] === "string";
}
