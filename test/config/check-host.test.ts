import { formatIssue } from "../../plugins/config";
import type { HostName } from "../../plugins/core/host";
import { issuesOf, load, removeDirectories } from "./support";

afterAll(removeDirectories);

interface Parts {
  readonly targets?: string;
  /** More members of the model, the policy, the provider, `envoy`; with a comma at the end. */
  readonly model?: string;
  readonly policy?: string;
  readonly provider?: string;
  readonly envoy?: string;
}

function config({ targets = ONE, model = "", policy = "", provider = "", envoy = "" }: Parts): string {
  return `version: 1
providers: { a: { ${provider} kind: openai, api_keys: [k] } }
policies: { default: { ${policy} models: [{ ${model} name: m, targets: [${targets}] }] } }
envoy: { ${envoy} }
`;
}

const ONE = "{ provider: a, model: x }";

/** Without their places. */
async function found(host: HostName, parts: Parts): Promise<string[]> {
  return issuesOf(await load(config(parts), { host })).map((line) => line.replace(/^\d+:\d+: /, ""));
}

const MODEL = "warning: policies.default.models[0]: envoy: ";

describe("ext_proc", () => {
  test.each<[string, Parts, string[]]>([
    ["two targets", { targets: `${ONE}, { provider: a, model: y }` }, []],
    [
      "unequal timeouts",
      { targets: "{ provider: a, model: x, timeout_ms: 200 }, { provider: a, model: y }" },
      [`${MODEL}every try may take the longest \`timeout_ms\` of the targets, 120000 ms`],
    ],
    [
      "context windows",
      { targets: "{ provider: a, model: x, context_window: 1000 }, { provider: a, model: y }" },
      [
        `${MODEL}larger context windows are tried by the estimate of the prompt's size only; a target that finds the prompt too long is not followed by another`,
      ],
    ],
    [
      "an idle timeout of a target",
      { targets: `${ONE}, { provider: a, model: y, idle_timeout_ms: 5000 }` },
      [`${MODEL}\`idle_timeout_ms\` of targets has no effect: \`envoy.routes\` limits exchanges as a whole`],
    ],
    [
      "both limits of targets",
      { targets: "{ provider: a, model: y, total_timeout_ms: 5000, idle_timeout_ms: 1 }" },
      [
        `${MODEL}\`idle_timeout_ms\` and \`total_timeout_ms\` of targets have no effect: \`envoy.routes\` limits exchanges as a whole`,
      ],
    ],
    ["limits at their defaults", { targets: "{ provider: a, model: y, total_timeout_ms: 600000, idle_timeout_ms: 300000 }" }, []],
    [
      "a backoff",
      { model: "backoff: { base_ms: 1 }," },
      [`${MODEL}\`backoff\` has no effect: the time before a further try is the gateway's own, at most 250 ms`],
    ],
    ["the default backoff", { model: "backoff: { base_ms: 250, max_ms: 8000 }," }, []],
    [
      "a limit of concurrent requests",
      { provider: "max_concurrent: 4," },
      [
        "warning: providers.a: envoy: `max_concurrent` has no effect: a request over the limit could not go on to the next target",
      ],
    ],
    ["the default limit", { provider: "max_concurrent: 2000," }, []],
    [
      "comments for silent streams",
      { policy: "stream_keep_alive_ms: 1000," },
      [
        "warning: policies.default: envoy: `stream_keep_alive_ms` has no effect: nothing can be sent to a client while its provider is silent",
      ],
    ],
    ["fail_open", { policy: "fail_open: true," }, []],
    [
      "a token for the relay",
      { envoy: "relay_token: 0123456789abcdef" },
      ["warning: envoy.relay_token: envoy: has no effect here; it is for `--mode relay`"],
    ],
  ])("%s", async (_, parts, expected) => {
    expect(await found("envoy", parts)).toEqual(expected);
  });
});

const EVERYTHING: Parts = {
  targets:
    "{ provider: a, model: x, timeout_ms: 200, idle_timeout_ms: 1, context_window: 5 }, { provider: a, model: y, total_timeout_ms: 7 }",
  model: "backoff: { max_ms: 9 },",
  policy: "stream_keep_alive_ms: 5,",
  provider: "max_concurrent: 1,",
};

test.each(["kong", "relay"] as const)("%s calls providers itself and keeps to all of it", async (host) => {
  expect(await found(host, EVERYTHING)).toEqual([]);
});

test.each(["kong", "relay"] as const)("%s cannot let requests pass without Graft", async (host) => {
  expect(await found(host, { policy: "fail_open: true," })).toEqual([
    `warning: policies.default: ${host}: \`fail_open\` has no effect: requests reach providers through Graft only, so while it is away they are refused`,
  ]);
});

describe("relay", () => {
  const required = (socket: string) =>
    `error: envoy.relay_token: is required: whoever reaches ${socket} could be any caller and spend your providers' keys`;
  test.each<[string, string, string[]]>([
    ["unix sockets", 'sockets: ["unix:///a.sock", "unix:///b.sock"]', []],
    ["one that is not", 'sockets: ["unix:///a.sock", "127.0.0.1:9000"]', [required("127.0.0.1:9000")]],
    ["a name", 'sockets: ["graft:9000"]', [required("graft:9000")]],
    ["one with a token", 'sockets: ["127.0.0.1:9000"], relay_token: 0123456789abcdef', []],
    ["an ordinary key of the payload", "caller: { kind: jwt, jwt: { metadata_key: My.jwt_payload-1 } }", []],
    [
      "a key that would end Envoy's format",
      'caller: { kind: jwt, jwt: { metadata_key: "a:b)%" } }',
      ["error: envoy.caller.jwt.metadata_key: must consist of letters, digits, `.`, `_` and `-` for the relay"],
    ],
  ])("%s", async (_, envoy, expected) => {
    expect(await found("relay", { envoy })).toEqual(expected);
  });
});

test.each([
  ["short", "0123456789abcde"],
  ["blank", '"0123456789abcdef 0"'],
  ["beyond ASCII", "0123456789abcdefü"],
  ["line break", '"0123456789abcdef\\n"'],
])("a token that is %s is refused on any host, and not shown", async (_, token) => {
  const result = await load(config({ envoy: `relay_token: ${token}` }));
  expect(result.ok ? [] : result.issues.map(formatIssue).map((line) => line.replace(/^.*graft\.yaml:\d+:\d+: /, ""))).toEqual([
    "error: envoy.relay_token: must have at least 16 characters, visible ASCII ones only",
  ]);
});

test("without a host nothing is said of it", async () => {
  const result = await load(config({ ...EVERYTHING, envoy: 'sockets: ["127.0.0.1:9000"]' }));
  expect(result.ok && result.warnings).toEqual([]);
});
