import { typed } from "./typed";

/** For requests to Graft that none of its processes has seen yet. @param retry_on Envoy's conditions, with commas */
export function retryOtherHost(retry_on: string) {
  return {
    retry_on,
    num_retries: 3,
    retry_back_off: { base_interval: "0.005s", max_interval: "0.02s" },
    retry_host_predicate: [
      {
        name: "envoy.retry_host_predicates.previous_hosts",
        typed_config: typed("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate", {}),
      },
    ],
    host_selection_retry_max_attempts: 3,
  };
}
