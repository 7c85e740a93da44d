/** What no schema can say of analyzers. */
import { isLinkLocal } from "../../core/link-local";
import type { Fault, PolicyShape } from "../../define-plugin";
import type { AnalyzerConfig, PresidioConfig } from "./config";

const NAME = /^[a-z][a-z0-9_-]*$/;
const ENTITY = /^[a-z][a-z0-9_]*$/;

/** @returns faults below the list */
export function checkAnalyzers(analyzers: readonly AnalyzerConfig[], policy: Pick<PolicyShape, "providers">): Fault[] {
  const seen = new Set<string>();
  return analyzers.flatMap((it, index) => {
    const faults = [...checkNames(it, seen), ...checkKind(it), ...checkParts(it, policy)];
    seen.add(it.name);
    return faults.map((fault) => ({ ...fault, path: [index, ...fault.path] }));
  });
}

function checkNames({ name, entities }: AnalyzerConfig, seen: ReadonlySet<string>): Fault[] {
  const faults = entities.flatMap((entity, at) =>
    ENTITY.test(entity)
      ? []
      : [{ path: ["entities", at], message: "an entity has lower-case letters, digits and `_`, a letter first" }],
  );
  if (!NAME.test(name))
    return [{ path: ["name"], message: "a name has lower-case letters, digits, `-` and `_`, a letter first" }, ...faults];
  return seen.has(name) ? [{ path: ["name"], message: "stands twice" }, ...faults] : faults;
}

function checkKind(it: AnalyzerConfig): Fault[] {
  const [other, wanted] = it.kind === "presidio" ? (["llm", "presidio"] as const) : (["presidio", "llm"] as const);
  const faults: Fault[] = [];
  if (it[wanted] === undefined) faults.push({ path: ["kind"], message: `\`${it.kind}\` needs \`${wanted}\`` });
  if (it[other] !== undefined) faults.push({ path: [other], message: `has no effect under \`kind: ${it.kind}\`` });
  return faults;
}

function checkParts({ kind, presidio, llm }: AnalyzerConfig, { providers }: Pick<PolicyShape, "providers">): Fault[] {
  if (kind === "presidio") return presidio === undefined ? [] : checkUrl(presidio);
  if (llm === undefined || providers.includes(llm.provider)) return [];
  return [{ path: ["llm", "provider"], message: `there is no such provider; there are ${providers.join(", ") || "none"}` }];
}

function checkUrl({ url, allow_link_local }: PresidioConfig): Fault[] {
  const fault = (message: string): Fault[] => [{ path: ["presidio", "url"], message }];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return fault("must be an http:// or https:// URL");
  if (parsed.username !== "" || parsed.password !== "")
    return fault("must not hold a user name or password; `token` is for that");
  if (parsed.search !== "" || parsed.hash !== "") return fault("must end with its path: `/analyze` is added to it");
  if (isLinkLocal(parsed.hostname) && !allow_link_local) {
    return fault("leads to a link-local or cloud metadata address; `allow_link_local: true` allows it");
  }
  return [];
}
