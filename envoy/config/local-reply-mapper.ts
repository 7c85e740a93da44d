/** One answer that Envoy makes itself, in the form clients of this API understand. */
import { GraftError } from "../../plugins/core/errors";
import { DIALECTS } from "../../plugins/dialects";
import { NAMESPACE } from "../metadata";
import { typed } from "./typed";

/** Other routes of the listener keep their replies. */
export const OURS = `xds.route_metadata.filter_metadata['${NAMESPACE}']['policy'] != ''`;
export const DETAILS = "response.code_details";

/** @param expression CEL: which replies */
export function mapper(expression: string, error: GraftError) {
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

/** What can happen in either mode. @param aloneOnListener also answers for requests that are on no route at all */
export function generalReplies(aloneOnListener: boolean) {
  const unknown = mapper(`${DETAILS} == 'route_not_found'`, new GraftError("not_found", "Unknown request URL."));
  return [
    mapper(
      `${OURS} && ${DETAILS} in ['response_timeout', 'request_overall_timeout', 'stream_idle_timeout', 'upstream_per_try_timeout', 'upstream_per_try_idle_timeout']`,
      new GraftError("timeout", "The provider did not answer in time.", { shouldRetry: true }),
    ),
    mapper(
      `${OURS} && ${DETAILS} == 'request_payload_too_large'`,
      new GraftError("too_large", "The request body is over the gateway's size limit."),
    ),
    ...(aloneOnListener ? [unknown] : []),
  ];
}
