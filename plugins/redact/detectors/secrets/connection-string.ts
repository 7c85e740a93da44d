/** Addresses of databases, brokers and mail servers with a user's password in them, as URLs and as `Key=value;` of ADO and JDBC. */
import { type Detector, type Finding, NOTHING } from "../detector";
import type { Scan } from "../scan";
import { inOrder } from "./known-tokens";
import { isPlaceholder } from "./placeholder";

const LONGEST = 1200;
const SCHEME = /[a-zA-Z][a-zA-Z0-9+.-]{1,40}$/;
/** Addresses of pages and files: only their credentials are taken out, see url-credentials. */
const WEB = /^(?:https?|wss?|s?ftps?)$/i;
/** Passwords may hold an `@` though they should not; `/`, `?` and `#` end the part that names host and user. */
const AUTHORITY = /^[^\s:@/?#"'`<>\\]{0,128}:([^\s/?#"'`<>\\]{1,256})@[^\s@/?#"'`<>\\]{1,255}/;
const REST = /^[^\s"'`<>\\]{0,512}/;
/** Ends a sentence, not an address. */
const TRAILING = /[.,;:!?)\]}]+$/;

const PASSWORD = /(?:^|[;"'\s])(?:password|pwd)\s{0,3}=\s{0,3}("[^"\n]{1,128}"|'[^'\n]{1,128}'|[^;"'\s]{1,128})/gi;
/** Of a connection string, the one before or behind. */
const BESIDE =
  /(?:server|data source|host|hostname|addr|address|endpoint|database|initial catalog|user id|uid|username|driver|dsn|jdbc)\s{0,3}[=:]/;

export const connectionString: Detector = {
  entity: "connection_string",
  group: "secret",
  description:
    "URLs with a user's password (`postgres://user:password@host/…`, whatever the scheme but those of the web), and the password of `Server=…;Password=…;` connection strings.",
  longest: LONGEST,
  find(scan) {
    const found = [...urls(scan), ...passwords(scan)];
    return found.length === 0 ? NOTHING : inOrder(found);
  },
};

function* urls({ plain }: Scan): Generator<Finding> {
  for (let at = plain.indexOf("://"); at !== -1; at = plain.indexOf("://", at + 3)) {
    const scheme = SCHEME.exec(plain.slice(Math.max(0, at - 41), at));
    if (scheme === null || WEB.test(scheme[0])) continue;
    const reach = plain.slice(at + 3, at + 3 + LONGEST);
    const authority = AUTHORITY.exec(reach);
    if (authority === null || isPlaceholder(authority[1] ?? "")) continue;
    const rest = REST.exec(reach.slice(authority[0].length))?.[0] ?? "";
    const behind = `${authority[0]}${rest}`.replace(TRAILING, "");
    const end = at + 3 + behind.length;
    yield { start: at - scheme[0].length, end };
    at = end - 3;
  }
}

function* passwords(scan: Scan): Generator<Finding> {
  for (const word of ["password", "pwd"]) {
    for (let at = scan.lower.indexOf(word); at !== -1; at = scan.lower.indexOf(word, at + word.length)) {
      const from = Math.max(0, at - 1);
      PASSWORD.lastIndex = 0;
      const match = PASSWORD.exec(scan.plain.slice(from, at + word.length + 140));
      if (match === null || match.index > 1) continue;
      const value = match[1] ?? "";
      const end = from + match.index + match[0].length;
      const window = { start: end - value.length, end };
      if (!isPlaceholder(value) && scan.near(window, BESIDE, 200, 40)) yield window;
    }
  }
}
