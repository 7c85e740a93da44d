// The gateways compared: each starts its processes on the gateway core and says which ones count.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const HERE = dirname(fileURLToPath(import.meta.url));
export const CLI = join(HERE, "../../dist/cli/main.js");
const HTTP = "type.googleapis.com/envoy.extensions";

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a program, on one CPU core where `taskset` is there; resolves once its output holds `mark`. */
export function start(core, command, args, mark, env = {}) {
  const pinned = core === undefined ? [command, ...args] : ["taskset", "-c", String(core), command, ...args];
  const child = spawn(pinned[0], pinned.slice(1), { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let output = "";
  let seen = false;
  return new Promise((resolve, reject) => {
    const read = (text) => {
      if (seen) return;
      output = (output + text).slice(-20_000);
      if (mark === undefined || !output.includes(mark)) return;
      // From here on lines are read and forgotten, as a log collector would: looking at each of them is work that others wait for.
      seen = true;
      resolve(child);
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("exit", (code) => reject(new Error(`${command} ${args.join(" ")} ended (${code}):\n${output}`)));
    child.once("error", reject);
    if (mark === undefined) resolve(child);
  });
}

export async function stop(children) {
  for (const child of children) child.removeAllListeners("exit");
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => {
          if (child.exitCode !== null) resolve();
          child.once("exit", resolve);
          child.kill("SIGKILL");
        }),
    ),
  );
}

export async function untilAnswers(port, headers = {}) {
  for (let tries = 0; tries < 400; tries += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "bench", messages: [{ role: "user", content: "hi" }] }),
      });
      await response.arrayBuffer();
      if (response.status === 200) return;
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answers on port ${port}`);
}

const cluster = (name, endpoint, extra = {}) => ({
  name,
  type: "STATIC",
  circuit_breakers: {
    thresholds: [{ max_connections: 100000, max_pending_requests: 100000, max_requests: 100000, max_retries: 100000 }],
  },
  load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: endpoint } }] }] },
  ...extra,
});
const tcp = (port) => ({ socket_address: { address: "127.0.0.1", port_value: port } });

function bootstrap(port, upstream, filters, clusters) {
  return {
    layered_runtime: {
      layers: [{ name: "bench", static_layer: { "envoy.reloadable_features.ext_proc_graceful_grpc_close": true } }],
    },
    static_resources: {
      listeners: [
        {
          name: "bench",
          address: tcp(port),
          filter_chains: [
            {
              filters: [
                {
                  name: "envoy.filters.network.http_connection_manager",
                  typed_config: {
                    "@type": `${HTTP}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                    stat_prefix: "bench",
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "bench",
                          domains: ["*"],
                          request_body_buffer_limit: 10485760,
                          routes: [{ match: { prefix: "/" }, route: { cluster: "upstream", timeout: "600s" } }],
                        },
                      ],
                    },
                    http_filters: [
                      ...filters,
                      { name: "envoy.filters.http.router", typed_config: { "@type": `${HTTP}.filters.http.router.v3.Router` } },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: [cluster("upstream", tcp(upstream)), ...clusters],
    },
  };
}

async function startEnvoy(context, name, config) {
  const path = join(context.directory, `${name}.json`);
  writeFileSync(path, typeof config === "string" ? config : JSON.stringify(config));
  return start(
    context.gatewayCore,
    context.envoy,
    ["-c", path, "--concurrency", "1", "--disable-hot-restart", "-l", "info"],
    "starting main dispatch loop",
  );
}

export const GATEWAYS = {
  /** No gateway: what the upstream and the load generator cost by themselves. */
  async direct({ upstreamPort }) {
    return { port: upstreamPort, processes: {}, children: [] };
  },

  async "plain Envoy"(context) {
    const port = await freePort();
    const envoy = await startEnvoy(context, "plain", bootstrap(port, context.upstreamPort, [], []));
    await untilAnswers(port);
    return { port, processes: { envoy: envoy.pid }, children: [envoy] };
  },

  async "bare Node proxy"(context) {
    const port = await freePort();
    const relay = await start(
      context.gatewayCore,
      process.execPath,
      [join(HERE, "bare-proxy.mjs"), String(port), String(context.upstreamPort)],
      "ready",
    );
    await untilAnswers(port);
    return { port, processes: { node: relay.pid }, children: [relay] };
  },

  async "grpc-js echo"(context) {
    const socket = join(context.directory, "echo.sock");
    const echo = await start(context.gatewayCore, process.execPath, [join(HERE, "grpc-echo.mjs"), socket], "ready");
    const port = await freePort();
    const filter = {
      name: "envoy.filters.http.ext_proc",
      typed_config: {
        "@type": `${HTTP}.filters.http.ext_proc.v3.ExternalProcessor`,
        grpc_service: { envoy_grpc: { cluster_name: "echo" } },
        message_timeout: "10s",
        allow_mode_override: true,
        processing_mode: {
          request_header_mode: "SEND",
          request_body_mode: "BUFFERED",
          response_header_mode: "SEND",
          response_body_mode: "BUFFERED",
        },
      },
    };
    const http2 = {
      typed_extension_protocol_options: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": `${HTTP}.upstreams.http.v3.HttpProtocolOptions`,
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    };
    const envoy = await startEnvoy(
      context,
      "echo",
      bootstrap(port, context.upstreamPort, [filter], [cluster("echo", { pipe: { path: socket } }, http2)]),
    );
    await untilAnswers(port);
    return { port, processes: { envoy: envoy.pid, node: echo.pid }, children: [envoy, echo] };
  },

  Graft: (context) => graft(context, "graft", "openai", `http://127.0.0.1:${context.upstreamPort}/v1`),

  "Graft, relay mode": (context) => graft(context, "relay", "openai", `http://127.0.0.1:${context.upstreamPort}/v1`, "relay"),

  /** The client speaks OpenAI's dialect, the provider Anthropic's. */
  "Graft, translating": (context) => graft(context, "translate", "anthropic", `http://127.0.0.1:${context.upstreamPort}`),
};

async function graft(context, name, kind, baseUrl, mode = "ext_proc") {
  const port = await freePort();
  const socket = `unix://${join(context.directory, `${name}.sock`)}`;
  const configPath = join(context.directory, `${name}.yaml`);
  writeFileSync(
    configPath,
    `version: 1
providers:
  upstream: { kind: ${kind}, base_url: "${baseUrl}", api_keys: [sk-bench] }
policies:
  default:
    models: [{ name: bench, targets: [{ provider: upstream, model: bench-upstream-model }] }]
envoy: { listen: "127.0.0.1:${port}", sockets: ["${socket}"] }
`,
  );
  const admin = await freePort();
  const args = [
    CLI,
    "envoy",
    "serve",
    "--mode",
    mode,
    configPath,
    "--admin",
    `127.0.0.1:${admin}`,
    "--log-level",
    context.logLevel,
  ];
  // Exchange records go to a file as they would to a log collector; the mark must still be seen.
  const node = await start(context.gatewayCore, process.execPath, args, "serving Envoy");
  const printed = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, "envoy-config", "--mode", mode, configPath], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece) => {
      text += piece;
    });
    child.once("exit", (code) => (code === 0 ? resolve(text) : reject(new Error("graft envoy-config failed"))));
  });
  const path = join(context.directory, `${name}-envoy.yaml`);
  writeFileSync(path, printed);
  const envoy = await start(
    context.gatewayCore,
    context.envoy,
    ["-c", path, "--concurrency", "1", "--disable-hot-restart", "-l", "info"],
    "starting main dispatch loop",
  );
  await untilAnswers(port);
  return { port, processes: { envoy: envoy.pid, node: node.pid }, children: [envoy, node] };
}
