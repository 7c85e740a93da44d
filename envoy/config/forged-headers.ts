/** Headers that say who is calling are set by a filter in front of Graft; copies that come from clients must go before it runs. */
import type { CallerConfig } from "../../plugins/config/schema";
import { because } from "./because";
import { typed } from "./typed";

/** Headers that Graft believes, so that nobody else may set them. */
export function identityHeaders({ kind, api_key, header }: CallerConfig): string[] {
  if (kind === "api_key") return [api_key.header];
  return kind === "header" ? [...new Set([header.id, header.team, header.groups, header.tags])] : [];
}

/** All names of ours but `x-graft-cache-…`, which are the client's to say. RE2 has no lookahead. */
const OURS = "x-graft-(?:[^c]|c[^a]|ca[^c]|cac[^h]|cach[^e]|cache[^-]).*";

/** In front of everything else that runs here, where the whole listener is Graft's. */
export const GATEWAY_FAMILIES = [{ prefix: "x-envoy-" }, { safe_regex: { regex: OURS } }];

/** @param families headers whose names these match go as well */
export function earlyRemoval(names: readonly string[], families: readonly object[] = []) {
  return [
    because(
      { name: "Before all HTTP filters: what an authentication filter sets afterwards is the only copy left." },
      {
        name: "envoy.http.early_header_mutation.header_mutation",
        typed_config: typed("envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation", {
          mutations: [
            ...families.map((key_matcher) => ({ remove_on_match: { key_matcher } })),
            ...names.map((name) => ({ remove: name })),
          ],
        }),
      },
    ),
  ];
}
