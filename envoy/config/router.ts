import { because } from "./because";
import { typed } from "./typed";

/** @param reason why no headers of Envoy's own */
export function router(reason: string, fields: object = {}) {
  return {
    name: "envoy.filters.http.router",
    typed_config: because(
      { suppress_envoy_headers: reason },
      typed("envoy.extensions.filters.http.router.v3.Router", { suppress_envoy_headers: true, ...fields }),
    ),
  };
}
