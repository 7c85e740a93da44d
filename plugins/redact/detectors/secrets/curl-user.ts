/** The password in `curl -u user:password`. */
import type { Finding } from "../detector";
import type { Scan } from "../scan";
import { isPlaceholder } from "./placeholder";

/** A command goes on over a few lines. */
const REACH = 256;
const OPTION =
  /(?<=\s)(?:-u|-U|--user|--proxy-user)(?:=|\s{0,5})("[^"\n]{1,200}"(?::"[^"\n]{1,200}")?|'[^'\n]{1,200}'(?::'[^'\n]{1,200}')?|[^\s"':]{1,100}:(?:'[^'\n]{1,200}'|"[^"\n]{1,200}"|[^\s"']{1,200}))/g;
const QUOTES = /^["']|["']$/g;

export function* curlUsers(scan: Scan): Generator<Finding> {
  for (const window of scan.around("curl", 0, REACH)) {
    for (const match of scan.plain.slice(window.start, window.end).matchAll(OPTION)) {
      const pair = match[1] ?? "";
      const colon = pair.indexOf(":");
      const password = pair.slice(colon + 1).replace(QUOTES, "");
      // `<user:password>`: a placeholder as a whole.
      if (colon === -1 || pair.startsWith("<") || password.length < 3 || isPlaceholder(password)) continue;
      const start = window.start + match.index + match[0].length - pair.length + pair.lastIndexOf(password);
      yield { start, end: start + password.length };
    }
  }
}
