import { processorCluster } from "../../../envoy/config/processor-cluster";
import { providerCluster } from "../../../envoy/config/provider-cluster";
import { removeDirectories } from "../../config/support";
import { configOf, each } from "./support";

afterAll(removeDirectories);

async function cluster(settings: string) {
  const config = await configOf({
    providers: `  p: { kind: openai, api_keys: [k], ${settings} }`,
    policies: "  default: { models: [{ name: m, targets: [{ provider: p, model: x }] }] }",
  });
  const provider = config.providers["p"];
  if (provider === undefined) throw new Error("no provider");
  return providerCluster("p", provider, "/ca.pem");
}

test.each([
  ["https://api.example.com/v1", "api.example.com", "api.example.com", 443],
  ["https://API.example.com:8443/v1/x", "api.example.com:8443", "api.example.com", 8443],
  ["http://localhost:11434/v1", "localhost:11434", "localhost", 11_434],
  ["http://10.1.2.3", "10.1.2.3", "10.1.2.3", 80],
  ["http://[2001:db8::1]:8080/v1", "[2001:db8::1]:8080", "2001:db8::1", 8080],
  ["https://bücher.example/v1", "xn--bcher-kva.example", "xn--bcher-kva.example", 443],
])("%s", async (url, hostname, address, port) => {
  const made = await cluster(`base_url: "${url}"`);
  expect(made.name).toBe("graft_p");
  expect(made.load_assignment.endpoints[0]?.lb_endpoints).toEqual([
    { endpoint: { hostname, address: { socket_address: { address, port_value: port } } } },
  ]);
  expect("transport_socket" in made).toBe(url.startsWith("https:"));
});

test("a name that DNS does not know refuses, so that Envoy goes on", async () => {
  const { endpoints } = (await cluster("base_url: https://a.example")).load_assignment;
  expect(endpoints[1]).toEqual({
    priority: 1,
    lb_endpoints: [{ endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: 1 } } } }],
  });
});

describe("TLS", () => {
  test("to a name: fixed SNI, and the certificate must be for it", async () => {
    const { transport_socket: tls } = await cluster("base_url: https://a.example");
    expect(tls?.typed_config).toMatchObject({ sni: "a.example", auto_sni_san_validation: true });
    expect(each("trusted_ca", tls)).toEqual([{ filename: "/ca.pem" }]);
    expect(each("tls_minimum_protocol_version", tls)).toEqual(["TLSv1_2"]);
    expect(each("tls_certificates", tls)).toEqual([]);
  });

  test.each(["https://10.1.2.3", "https://[::1]:8443"])(
    "to %s: no SNI, and the certificate must be for the address",
    async (url) => {
      const { transport_socket: tls } = await cluster(`base_url: "${url}"`);
      expect(each("sni", tls)).toEqual([]);
      const address = new URL(url).hostname.replace(/[[\]]/g, "");
      expect(each("match_typed_subject_alt_names", tls)).toEqual([[{ san_type: "IP_ADDRESS", matcher: { exact: address } }]]);
    },
  );

  test("own authority, own name, client certificate", async () => {
    const { transport_socket: tls } = await cluster(
      "base_url: https://10.1.2.3, tls: { ca_file: /my-ca.pem, cert_file: /c.pem, key_file: /k.pem, server_name: inner.example }",
    );
    expect(tls?.typed_config).toMatchObject({ sni: "inner.example", auto_sni_san_validation: true });
    expect(each("trusted_ca", tls)).toEqual([{ filename: "/my-ca.pem" }]);
    expect(each("tls_certificates", tls)).toEqual([
      [{ certificate_chain: { filename: "/c.pem" }, private_key: { filename: "/k.pem" } }],
    ]);
  });
});

test.each([
  [["unix:///run/a.sock", "127.0.0.1:9001"], "STATIC"],
  [["localhost:9001", "[::1]:9002"], "STATIC"],
  [["graft:9001", "10.0.0.1:9001"], "STRICT_DNS"],
])("Graft processes at %j", (sockets, type) => {
  const made = processorCluster(sockets);
  expect(made.type).toBe(type);
  expect(made.load_assignment.endpoints[0]?.lb_endpoints).toHaveLength(sockets.length);
});
