/** The answers Envoy gives when it has none from the relay. */
import { GraftError } from "../../../plugins/core/errors";
import { because } from "../because";
import { DETAILS, generalReplies, mapper, OURS } from "../local-reply-mapper";

export function relayLocalReplies(aloneOnListener: boolean) {
  return because(
    { mappers: "By reason. What Graft answers is an upstream's answer for Envoy, and stays as it is." },
    {
      mappers: [
        mapper(
          `${OURS} && (${DETAILS} in ['no_healthy_upstream', 'cluster_not_found'] || ${DETAILS}.startsWith('upstream_reset_before_response_started'))`,
          new GraftError("unavailable", "The AI gateway is not available.", { shouldRetry: true }),
        ),
        mapper(
          `${OURS} && ${DETAILS}.startsWith('filter_removed_required_request_headers')`,
          new GraftError("bad_request", "The caller's credentials hold a character that no header can carry."),
        ),
        ...generalReplies(aloneOnListener),
      ],
    },
  );
}
