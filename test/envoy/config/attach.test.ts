import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { envoyFragments, printYaml } from "../../../envoy/config";
import { formatIssue, KNOWN, loadConfig } from "../../../plugins/config";
import { NO_DNS } from "../../config/support";
import { attach } from "./attach";

const EXAMPLES = resolve(__dirname, "../../../examples/envoy");
const HEADING = `host.yaml with Graft attached: what \`graft envoy-config --fragments graft.yaml\` prints, each piece where its text says.

Step by step: docs/attach-envoy.md`;

/** Set UPDATE_EXAMPLES to write attach.yaml anew after a change of the generator. */
test("examples/envoy/attach.yaml is host.yaml with today's fragments", async () => {
  const env = { OPENAI_API_KEY: "sk-1", ANTHROPIC_API_KEY: "sk-2" };
  const result = await loadConfig(`${EXAMPLES}/graft.yaml`, { vocabulary: KNOWN, env, resolve: NO_DNS });
  if (!result.ok) throw new Error(result.issues.map(formatIssue).join("\n"));
  expect(result.warnings).toEqual([]);
  const attached: object = parse(readFileSync(`${EXAMPLES}/host.yaml`, "utf8"));
  attach(attached, envoyFragments(result.config, { version: "" }));
  const path = `${EXAMPLES}/attach.yaml`;
  if (process.env["UPDATE_EXAMPLES"] !== undefined) writeFileSync(path, printYaml(attached, HEADING));
  expect(parse(readFileSync(path, "utf8"))).toEqual(attached);
});
