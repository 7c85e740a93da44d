/** The steps of docs/attach-envoy.md, done by a program: each fragment goes where its text says. */
import type { Fragment } from "../../../envoy/config";

/** @param host bootstrap with one listener and one connection manager; changed in place */
export function attach(host: object, fragments: readonly Fragment[]): void {
  const manager = mapAt(host, "static_resources", "listeners", 0, "filter_chains", 0, "filters", 0, "typed_config");
  for (const { name, value } of fragments) {
    if (name === "runtime") Object.assign(host, value);
    else if (name === "forged headers" || name === "local replies") Object.assign(manager, value);
    else if (name === "filters") addFilters(listAt(manager, "http_filters"), listAt(value, "http_filters"));
    else if (name.startsWith("routes of ")) addRoutes(listAt(manager, "route_config", "virtual_hosts"), value);
    else if (name === "clusters") listAt(host, "static_resources", "clusters").push(...listAt(value, "clusters"));
    else throw new Error(`nobody knows where "${name}" goes`);
  }
}

/** The last of each list is the router. */
function addFilters(filters: unknown[], ours: readonly unknown[]): void {
  const router = filters.pop();
  Object.assign(mapAt(router, "typed_config"), mapAt(ours.at(-1), "typed_config"));
  filters.push(...ours.slice(0, -1), router);
}

function addRoutes(virtualHosts: readonly unknown[], value: object): void {
  const domains = listAt(value, "domains").join();
  const virtualHost = virtualHosts.find((it) => listAt(it, "domains").join() === domains);
  const own = listAt(virtualHost, "routes");
  Object.assign(mapAt(virtualHost), value, { routes: [...listAt(value, "routes"), ...own] });
}

export function mapAt(value: unknown, ...path: (string | number)[]): object {
  const found = valueAt(value, path);
  if (typeof found !== "object" || found === null) throw new Error(`no map at ${path.join(".")}`);
  return found;
}

export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = valueAt(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path.join(".")}`);
  return found;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of path) at = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
  return at;
}
