import { because } from "./because";
import { typed } from "./typed";
import { upstreamFilters } from "./upstream-filters";

export function router() {
  return {
    name: "envoy.filters.http.router",
    typed_config: because(
      {
        suppress_envoy_headers:
          "x-envoy-original-host, the host name your clients use, is set after all filters: nothing else keeps it from providers. On a shared listener, other routes lose x-envoy-upstream-service-time and its like as well.",
      },
      typed("envoy.extensions.filters.http.router.v3.Router", {
        suppress_envoy_headers: true,
        upstream_http_filters: upstreamFilters(),
      }),
    ),
  };
}
