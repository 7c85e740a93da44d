import { join } from "node:path";
import { parseDocument } from "yaml";

/** The printed listener has no TLS; operators put the fragments into one of theirs. Here: a copy of it that has. */
export function withTlsListener(yaml: string, folder: string, port: number): string {
  const document = parseDocument(yaml);
  const [listener] = (document.toJS() as { static_resources: { listeners: [Record<string, unknown>] } }).static_resources
    .listeners;
  const file = (name: string) => ({ filename: join(folder, name) });
  const [chain] = listener["filter_chains"] as [Record<string, unknown>];
  document.addIn(["static_resources", "listeners"], {
    ...listener,
    name: "tls",
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [
      {
        ...chain,
        transport_socket: {
          name: "envoy.transport_sockets.tls",
          typed_config: {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            common_tls_context: {
              tls_certificates: [{ certificate_chain: file("server.pem"), private_key: file("server.key") }],
              validation_context: { trusted_ca: file("ca.pem") },
            },
          },
        },
      },
    ],
  });
  return document.toString();
}
