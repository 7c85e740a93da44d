/** What Envoy tells the relay with a request, in place of whatever a client sent. */
import type { CallerConfig, EnvoyConfig } from "../../../plugins/config/schema";
import { ATTRIBUTES, JWT_NAMESPACE } from "../../metadata";
import { CALLER_HEADERS, POLICY_HEADER, ROUTE_HEADER, TOKEN_HEADER } from "../../relay/headers";

export const OWN_HEADERS = [TOKEN_HEADER, POLICY_HEADER, ROUTE_HEADER, ...Object.values(CALLER_HEADERS)];

export function ownHeaders(policy: string, { caller, relay_token }: EnvoyConfig) {
  return [
    set(POLICY_HEADER, policy),
    set(ROUTE_HEADER, "%ROUTE_NAME%"),
    set(CALLER_HEADERS.address, "%DOWNSTREAM_REMOTE_ADDRESS%"),
    ...callerHeaders(caller),
    ...tokenHeader(relay_token),
  ];
}

export function tokenHeader(token: string | undefined) {
  // A percent sign would begin a command.
  return token === undefined ? [] : [set(TOKEN_HEADER, token.replaceAll("%", "%%"))];
}

/** `api_key` and `header` need none: the relay reads the header that their filter sets. */
function callerHeaders({ kind, jwt }: CallerConfig) {
  if (kind === "jwt") return [set(CALLER_HEADERS.jwt, `%DYNAMIC_METADATA(${JWT_NAMESPACE}:${jwt.metadata_key})%`)];
  if (kind !== "mtls") return [];
  // The attributes that ext_proc gets: %DOWNSTREAM_PEER_URI_SAN% would be all names of the certificate, joined by commas.
  return [
    set(CALLER_HEADERS.uriSan, `%CEL(${ATTRIBUTES.uriSan})%`),
    set(CALLER_HEADERS.dnsSan, `%CEL(${ATTRIBUTES.dnsSan})%`),
    set(CALLER_HEADERS.subject, `%CEL(${ATTRIBUTES.subject})%`),
  ];
}

function set(key: string, value: string) {
  return { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" };
}
