/** The hosts Graft runs in, each as an operator sets it up, behind one interface. */
import type { HostName } from "../../../plugins/core/host";
import type { Program } from "../../e2e/support/process";
import { Stack } from "../../e2e/support/stack";
import { KongStack, llm } from "../../kong/support";
import type { Seen } from "../../upstream/raw-client";
import { ISSUER, JWKS, PEOPLE, type Person, tokenOf } from "./people";

type Settings = Readonly<Record<string, unknown>>;

/** A configuration with one policy, as graft.yaml writes its parts. */
export interface HostSetup {
  readonly providers: Readonly<Record<string, Settings>>;
  readonly models: readonly Settings[];
  /** More of the policy. */
  readonly policy?: Settings;
  /** More of the file: `store`, `usage` … */
  readonly sections?: Settings;
  /** Graft processes behind one Envoy. */
  readonly processors?: number;
  readonly bounds?: Settings;
  /** The host's own authentication stands in front and knows `PEOPLE`: their names, or their groups as well. */
  readonly authenticates?: "names" | "groups";
  /** How long an exchange may be silent, for hosts without `attemptTimeouts`; on others the targets' `idle_timeout_ms` says it. */
  readonly silenceMs?: number;
}

export interface RunningHost {
  readonly url: string;
  /** Where graft.yaml is, and what is named relative to it. Gone when the host has stopped. */
  readonly directory: string;
  readonly processors: readonly Program[];
  readonly adminUrls: readonly string[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
  record(requestId: unknown): Promise<Readonly<Record<string, unknown>>>;
  errorLines(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** @param config as `graftYaml` makes it */
  writeConfig(config: string): void;
  stop(): Promise<void>;
}

export interface Host {
  start(setup: HostSetup): Promise<RunningHost>;
  /** What a person sends as `Authorization: Bearer …`. */
  keyOf(person: Person): string;
  /** A person's caller id. */
  callerId(person: Person): string;
  /** What a request goes by in answers and records when its client has named it so. */
  requestIdOf(named: string, seen: Seen): unknown;
  /** What the gateway says of itself with an answer, besides what HTTP asks for. */
  readonly ownHeaders: readonly string[];
}

const POLICY = "default";

/** graft.yaml without `version`, `envoy` and `admin`: JSON is YAML as well. */
export function graftYaml({ providers, models, policy = {}, bounds = {}, sections = {} }: HostSetup): string {
  const parts = { providers, bounds, policies: { [POLICY]: { models, ...policy } }, ...sections };
  return Object.entries(parts)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join("\n");
}

const jwtAuthn = (groupsClaim: string): string => `
  caller: { kind: jwt, jwt: { groups_claim: ${groupsClaim} } }
  http_filters:
    - name: envoy.filters.http.jwt_authn
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
        providers:
          idp:
            issuer: ${ISSUER}
            local_jwks: { inline_string: '${JWKS}' }
            payload_in_metadata: jwt_payload
        rules: [{ match: { prefix: / }, requires: { provider_name: idp } }]`;

function behindEnvoy(mode: "ext_proc" | "relay"): Host {
  return {
    start(setup) {
      const { authenticates, silenceMs, processors = 1 } = setup;
      const auth = authenticates === undefined ? "" : jwtAuthn(authenticates === "groups" ? "groups" : "none");
      // The relay limits each attempt by itself; what Envoy limits is the whole exchange.
      const routes = mode === "relay" || silenceMs === undefined ? "" : `  routes: [{ idle_timeout_ms: ${silenceMs} }]`;
      return Stack.start({
        mode,
        processors,
        config: graftYaml(setup),
        envoy: routes + auth,
        // A broken connection is closed a second later than it could be, for clients that are still sending: these here are not.
        editBootstrap: (yaml) => yaml.replace(/^( +)use_remote_address: true$/m, '$&\n$1delayed_close_timeout: "0.02s"'),
      });
    },
    keyOf: tokenOf,
    callerId: ({ name }) => `jwt:${ISSUER}|${name}`,
    requestIdOf: (named) => named,
    ownHeaders: ["server"],
  };
}

/** As clients of OpenAI's API send it. */
const keyAuth = { name: "key-auth", config: { key_names: ["authorization"] } };

const KONG: Host = {
  start(setup) {
    const plugins = {
      nobody: [],
      names: [keyAuth],
      groups: [keyAuth, { name: "acl", config: { allow: ["staff"] } }],
    }[setup.authenticates ?? "nobody"];
    const graft = { name: "graft", config: { policy: POLICY, groups_from_acl: setup.authenticates === "groups" } };
    const consumers = PEOPLE.map((person) => ({
      username: person.name,
      keyauth_credentials: [{ key: `Bearer ${KONG.keyOf(person)}` }],
      acls: person.groups.map((group) => ({ group })),
      ...(person.team === undefined ? {} : { tags: [`team:${person.team}`] }),
    }));
    return KongStack.start({ config: graftYaml(setup), kong: llm([...plugins, graft], { consumers }) });
  },
  keyOf: ({ name }) => `key-${name}`,
  callerId: ({ name }) => `consumer:|${name}`,
  // Kong numbers requests itself, and its log plugins know them by that.
  requestIdOf: (_named, seen) => seen.headers["x-kong-request-id"],
  ownHeaders: ["server", "via", "x-kong-proxy-latency", "x-kong-request-id", "x-kong-upstream-latency"],
};

export const HOST: Readonly<Record<HostName, Host>> = { envoy: behindEnvoy("ext_proc"), relay: behindEnvoy("relay"), kong: KONG };

export const HOST_NAMES: readonly HostName[] = ["envoy", "relay", "kong"];
