/** The answers Envoy gives when it cannot ask level 1 (or no more), in the form clients of this API understand. */
import { GraftError } from "../../plugins/core/errors";
import { DIALECTS } from "../../plugins/dialects";
import { NAMESPACE } from "../metadata";
import { because } from "./because";
import { typed } from "./typed";

/** Other routes of the listener keep their replies. */
const OURS = `xds.route_metadata.filter_metadata['${NAMESPACE}']['policy'] != ''`;
const DETAILS = "response.code_details";

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
    mapper(
      `${OURS} && ${DETAILS} in ['response_timeout', 'request_overall_timeout', 'stream_idle_timeout', 'upstream_per_try_timeout', 'upstream_per_try_idle_timeout']`,
      new GraftError("timeout", "The provider did not answer in time.", { shouldRetry: true }),
    ),
    mapper(
      `${OURS} && ${DETAILS} == 'request_payload_too_large'`,
      new GraftError("too_large", "The request body is over the gateway's size limit."),
    ),
  ];
  if (aloneOnListener)
    mappers.push(mapper(`${DETAILS} == 'route_not_found'`, new GraftError("not_found", "Unknown request URL.")));
  return because({ mappers: "By reason, so that answers of Graft and of providers are never wrapped again." }, { mappers });
}

function mapper(expression: string, error: GraftError) {
  const { headers, body } = DIALECTS[0]!.encodeError(error);
  const { "content-type": content_type, ...others } = headers;
  const headers_to_add = Object.entries(others).map(([key, value]) => ({
    header: { key, value },
    append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
  }));
  return {
    filter: {
      extension_filter: {
        name: "cel",
        typed_config: typed("envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", { expression }),
      },
    },
    status_code: error.status,
    ...(headers_to_add.length === 0 ? {} : { headers_to_add }),
    body_format_override: { content_type, json_format: JSON.parse(body) as unknown },
  };
}
