/** Which route a path takes and what is left of the path for the service. Prefix routes only. */
import type { Route, Service } from "./entities";

export interface Routed<T> {
  readonly target: T;
  /** Path for the upstream, without query. */
  readonly upstreamPath: string;
  /** What was stripped, when something was. */
  readonly prefix: string | undefined;
}

/** Longest prefix first, as Kong orders them. */
export function route<T extends { readonly route: Route; readonly service: Service }>(
  targets: readonly T[],
  requestPath: string,
): Routed<T> | undefined {
  const path = normalize(requestPath);
  const [best] = targets
    .flatMap((target) => target.route.paths.map((prefix) => ({ target, prefix })))
    .filter(({ prefix }) => path.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  if (best === undefined) return undefined;
  const { target, prefix } = best;
  const strips = target.route.strip_path;
  const base = (target.service.path ?? "").replace(/\/$/, "");
  const rest = strips ? path.slice(prefix.length) : path;
  const upstreamPath = base + (rest === "" || rest.startsWith("/") ? rest : `/${rest}`);
  return {
    target,
    upstreamPath: upstreamPath === "" ? "/" : upstreamPath,
    prefix: strips && prefix !== "/" ? prefix : undefined,
  };
}

/** RFC 3986: escapes that need not be are undone, dot segments removed; and slashes merged. */
function normalize(path: string): string {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (written, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~-]/.test(char) ? char : written.toUpperCase();
  });
  const out: string[] = [];
  const segments = decoded.split("/");
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === "..") out.pop();
    if ((segment === "." || segment === ".." || segment === "") && !last) continue;
    out.push(segment === "." || segment === ".." ? "" : segment);
  }
  return `/${out.join("/")}`;
}
