import { localReplyError } from "../../envoy/local-reply";
import { ATTRIBUTES, OWN_REPLY } from "../../envoy/metadata";
import { GraftError } from "../../plugins/core/errors";

const said = (details: string) => ({ [ATTRIBUTES.codeDetails]: details });

test("a provider's answer is not Envoy's, whatever its status", () => {
  for (const status of [200, 403, 503, 504]) expect(localReplyError(status, said("via_upstream"), undefined)).toBeUndefined();
});

test.each([
  [413, "request_payload_too_large", "too_large", undefined],
  [504, "upstream_per_try_timeout", "timeout", true],
  [408, "request_overall_timeout", "timeout", true],
  [503, "cluster_not_found", "unavailable", true],
  [502, "upstream_reset_before_response_started{protocol_error}", "unavailable", true],
  [401, "jwt_authn_access_denied{}", "unauthorized", undefined],
  [403, "rbac_access_denied", "forbidden", undefined],
  [429, "local_rate_limited", "rate_limited", undefined],
])("%i, %s", (status, details, kind, shouldRetry) => {
  const error = localReplyError(status, said(details), undefined);
  expect(error?.kind).toBe(kind);
  expect(error?.options.shouldRetry).toBe(shouldRetry);
});

test("an attempt that we refused ourselves keeps its reason", () => {
  const refused = new GraftError("unsupported_parameter", "cannot honour seed");
  expect(localReplyError(400, said(OWN_REPLY), refused)).toBe(refused);
});
