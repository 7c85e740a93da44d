/** Secrets of no known kind, by what stands before them: `password: …`, `API_TOKEN=…`, `Authorization: Bearer …`, `curl -u …`. */
import { type Detector, type Finding, NOTHING } from "../detector";
import type { Scan } from "../scan";
import { authorizations } from "./authorization";
import { curlUsers } from "./curl-user";
import { inOrder } from "./known-tokens";
import { named } from "./named-values";

export const genericSecret: Detector = {
  entity: "generic_secret",
  group: "secret",
  description:
    "Passwords, and values that look random, behind a word for them (`password`, `secret`, `token`, `api_key` …), in `Authorization` headers and `curl -u`. Not UUIDs, hashes that are called so, placeholders, or passwords of letters alone.",
  longest: 4096,
  find(scan: Scan) {
    const found: Finding[] = [...named(scan), ...authorizations(scan), ...curlUsers(scan)];
    return found.length === 0 ? NOTHING : inOrder(found);
  },
};
