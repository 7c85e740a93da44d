import { isIP } from "node:net";
import type { ProviderConfig } from "../../plugins/config/schema";
import { because } from "./because";
import { typed } from "./typed";

/** @param host name or IP address of the base URL, without brackets */
export function upstreamTls(host: string, tls: ProviderConfig["tls"], caBundle: string) {
  const trusted_ca = { filename: tls?.ca_file ?? caBundle };
  const common = {
    tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
    ...(tls?.cert_file === undefined || tls.key_file === undefined
      ? {}
      : { tls_certificates: [{ certificate_chain: { filename: tls.cert_file }, private_key: { filename: tls.key_file } }] }),
  };
  const name = tls?.server_name ?? host;
  return {
    name: "envoy.transport_sockets.tls",
    typed_config:
      isIP(name) === 0
        ? because(
            { sni: "Fixed: taken from the request, a second attempt would carry the first provider's name." },
            typed("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
              sni: name,
              auto_sni_san_validation: true,
              common_tls_context: { ...common, validation_context: { trusted_ca } },
            }),
          )
        : // SNI holds names only (RFC 6066 §3); the certificate must then be for the address itself.
          typed("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
            common_tls_context: {
              ...common,
              validation_context: {
                trusted_ca,
                match_typed_subject_alt_names: [{ san_type: "IP_ADDRESS", matcher: { exact: name } }],
              },
            },
          }),
  };
}
