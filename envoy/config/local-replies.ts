/** The answers Envoy gives when it cannot ask level 1 (or no more), in the form clients of this API understand. */
import { GraftError } from "../../plugins/core/errors";
import { because } from "./because";
import { DETAILS, generalReplies, mapper, OURS } from "./local-reply-mapper";

/** @param aloneOnListener also answers for requests that are on no route at all */
export function localReplies(aloneOnListener: boolean) {
  const mappers = [
    mapper(
      `${OURS} && ${DETAILS}.startsWith('ext_proc_error') && ${DETAILS}.contains('timeout')`,
      new GraftError("timeout", "The AI gateway did not answer in time.", { shouldRetry: true }),
    ),
    mapper(
      `${OURS} && (${DETAILS}.startsWith('ext_proc_error') || ${DETAILS}.startsWith('mismatch_between_content_length'))`,
      new GraftError("unavailable", "The AI gateway is not available.", { shouldRetry: true }),
    ),
    mapper(
      `${OURS} && (${DETAILS}.startsWith('upstream_reset_after_response_started') || ${DETAILS} == 'response_payload_too_large')`,
      new GraftError("upstream_failed", "The provider's answer broke off or was too large."),
    ),
    ...generalReplies(aloneOnListener),
  ];
  return because({ mappers: "By reason, so that answers of Graft and of providers are never wrapped again." }, { mappers });
}
