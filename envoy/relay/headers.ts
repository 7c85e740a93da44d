/** What Envoy tells the relay with every request. All begin with `x-graft-`; what clients send under such names is removed on the way. */

export const TOKEN_HEADER = "x-graft-token";
export const POLICY_HEADER = "x-graft-policy";
export const ROUTE_HEADER = "x-graft-route";

/** Who calls. A header that Envoy has no value for is absent. */
export const CALLER_HEADERS = {
  /** Of the client's connection, with port. */
  address: "x-graft-caller-address",
  /** The whole verified payload as JSON: single claims would lose their types, and could hold line breaks. */
  jwt: "x-graft-caller-jwt",
  uriSan: "x-graft-caller-uri-san",
  dnsSan: "x-graft-caller-dns-san",
  subject: "x-graft-caller-subject",
} as const;

/** Answered 200 while this process wants requests. Envoy's own checks name no policy, requests of clients always do. */
export const HEALTH_PATH = "/graft/health";
