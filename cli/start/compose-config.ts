/** The configuration `graft start` serves: examples/demo.yaml, plus a real provider for every key in the environment. */
import { parseDocument } from "yaml";

/** Provider name and kind, and where its key is looked for. */
const REAL = [
  { name: "openai", variable: "OPENAI_API_KEY" },
  { name: "anthropic", variable: "ANTHROPIC_API_KEY" },
  { name: "gemini", variable: "GEMINI_API_KEY" },
];

export interface DemoAddresses {
  /** `host:port` for clients. */
  readonly listen: string;
  /** `unix:///…` between Envoy and Graft. */
  readonly socket: string;
  readonly admin: string;
}

/** @param demo text of examples/demo.yaml; its comments are kept. Keys stay references, so the result holds no secret. */
export function composeConfig(demo: string, addresses: DemoAddresses, env: Readonly<Record<string, string | undefined>>): string {
  const document = parseDocument(demo);
  for (const { name, variable } of REAL) {
    if ((env[variable] ?? "") === "") continue;
    document.setIn(["providers", name], document.createNode({ kind: name, api_keys: [`\${${variable}}`] }));
    const alias = { name: `${name}/*`, targets: [{ provider: name, model: "*" }] };
    document.addIn(["policies", "default", "models"], document.createNode(alias));
  }
  document.set("envoy", document.createNode({ listen: addresses.listen, sockets: [addresses.socket] }));
  document.set("admin", document.createNode({ listen: addresses.admin }));
  return document.toString({ lineWidth: 0 });
}
