/** What `graft envoy-config` prints, read by the real Envoy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { printBootstrap } from "../../envoy/config";
import { HOST_OF, MODES, type Mode } from "../../envoy/mode";
import { KNOWN, loadConfig } from "../../plugins/config";
import { version } from "../../plugins/package-root";
import { attach } from "../envoy/config/attach";
import { type Certificates, hasOpenssl, makeCertificates } from "../upstream/certificates";
import { printed, readFragments, validate } from "./support/envoy-config";
import { ROOT } from "./support/stack";

jest.setTimeout(60_000);

const EXAMPLES = join(ROOT, "examples/envoy");
const describeWithOpenssl = hasOpenssl() ? describe : describe.skip;
if (!hasOpenssl()) console.warn("openssl is not installed: the generated Envoy configuration is not validated");

describeWithOpenssl("Envoy accepts", () => {
  let certificates: Certificates;
  const directory = mkdtempSync(join(tmpdir(), "graft-envoy-config-"));
  beforeAll(() => {
    certificates = makeCertificates();
  });
  afterAll(() => {
    certificates?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  /** What the command prints, without a process for each; the first test holds it to that. */
  async function bootstrap(config: string, mode: Mode): Promise<string> {
    const path = join(directory, "graft.yaml");
    writeFileSync(path, config);
    const loaded = await loadConfig(path, { vocabulary: KNOWN, env: {}, host: HOST_OF[mode] });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
    return printBootstrap(loaded.config, { version: version(), mode, caBundle: join(certificates.folder, "ca.pem") });
  }

  function everything(envoy: string): string {
    const { folder } = certificates;
    return `version: 1
providers:
  public: { kind: openai, api_keys: [k] }
  path: { kind: openai, api_keys: [k], base_url: "https://llm.example.com:8443/deep/v1", connect_timeout_ms: 250 }
  plain: { kind: openai, api_keys: [k], base_url: "http://localhost:11434/v1" }
  v4: { kind: openai, api_keys: [k], base_url: "https://192.0.2.1" }
  v6: { kind: openai, api_keys: [k], base_url: "http://[2001:db8::1]:8080/v1" }
  mutual:
    kind: anthropic
    api_keys: [k]
    base_url: https://inner.example.com
    tls: { ca_file: ${folder}/ca.pem, cert_file: ${folder}/client.pem, key_file: ${folder}/client.key, server_name: other.example.com }
policies:
  closed: { models: [{ name: m, targets: [{ provider: public, model: x }, { provider: path, model: x }, { provider: plain, model: x }, { provider: mutual, model: x }] }] }
  open: { fail_open: true, models: [{ name: m, targets: [{ provider: v6, model: x }, { provider: v4, model: x }] }] }
envoy:
  sockets: ["unix:///run/graft/0.sock", "127.0.0.1:9001", "[::1]:9002"]
  relay_token: "100%-a-secret-token%"
  routes:
    - { hosts: [api.example.com, "*.ai.example.com", "api-*"], prefix: /v1, policy: closed, timeout_ms: 1500, idle_timeout_ms: 500 }
    - { hosts: [open.example.com], prefix: /open/, policy: open }
    - { hosts: ["*"], prefix: /other, policy: open }
${envoy}`;
  }

  const API_KEYS = `  http_filters:
    - name: envoy.filters.http.api_key_auth
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth
        credentials: [{ key: secret, client: blue }]
        key_sources: [{ header: authorization }]
        forwarding: { header: x-client-id }`;

  describe.each(MODES)("in %s mode", (mode) => {
    test("what the command prints is what is looked at here", async () => {
      const made = await bootstrap(everything("  caller: { kind: header }"), mode);
      const args = [join(directory, "graft.yaml"), "--mode", mode, "--ca-bundle", join(certificates.folder, "ca.pem")];
      expect((await printed(args)).stdout).toBe(made);
    });

    test.each([
      ["callers nobody knows", ""],
      ["JWT callers", "  caller: { kind: jwt }\n  trusted_hops: 2"],
      ["API key callers", `  caller: { kind: api_key }\n${API_KEYS}`],
      ["mTLS callers", "  caller: { kind: mtls }"],
      ["header callers and small requests", "  caller: { kind: header }\nbounds: { max_request_bytes: 4096 }"],
    ])("a complete configuration with %s", async (_, envoy) => {
      await validate(directory, await bootstrap(everything(envoy), mode));
    });

    test("Graft processes found by name", async () => {
      const config = everything("").replace(/ {2}sockets: .*/, '  sockets: ["graft:9001"]');
      await validate(directory, await bootstrap(config, mode));
    });

    test("the fragments attached to a host's configuration", async () => {
      const env = { OPENAI_API_KEY: "sk-1", ANTHROPIC_API_KEY: "sk-2" };
      const args = ["--mode", mode, "--fragments", `${EXAMPLES}/graft.yaml`, "--ca-bundle", join(certificates.folder, "ca.pem")];
      const host: object = parse(readFileSync(`${EXAMPLES}/host.yaml`, "utf8"));
      attach(host, readFragments((await printed(args, env)).stdout));
      await validate(directory, stringify(host));
    });
  });

  test("nothing less: a filter that does not exist is refused", async () => {
    const text = (await bootstrap(everything(""), "ext_proc")).replaceAll(
      "body_size_limit.v3.BodySizeLimit",
      "body_size_limit.v3.NoSuch",
    );
    await expect(validate(directory, text)).rejects.toThrow(/NoSuch/);
  });
});

test("a configuration with errors prints nothing but its errors", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "graft-envoy-config-")), "graft.yaml");
  writeFileSync(path, "version: 2\n");
  await expect(printed([path])).rejects.toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("version") });
  rmSync(join(path, ".."), { recursive: true });
});
