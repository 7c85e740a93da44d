import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { urlCredentials } from "../../../plugins/redact/detectors/url-credentials";
import { found, secretsIn } from "./support";

interface Case {
  readonly rule: string;
  readonly secret: boolean;
  readonly text_b64: string;
}

const FILE = path.resolve(__dirname, "../../../../shared/oracles/pii/secrets.json");
const there = existsSync(FILE);
if (!there) console.warn("the table of secrets is not there: not compared with it");

(there ? test : test.skip)("secrets and look-alikes of a public table", () => {
  const cases = JSON.parse(readFileSync(FILE, "utf8")) as Case[];
  const rules = new Map<string, { hit: number; missed: number; wrong: number; right: number }>();
  const differences: string[] = [];
  for (const { rule, secret, text_b64 } of cases) {
    const text = Buffer.from(text_b64, "base64").toString("utf8");
    const web = found(urlCredentials, text).map((value) => ({ entity: "url_credentials", value }));
    const results = [...secretsIn(text), ...web];
    const row = rules.get(rule) ?? { hit: 0, missed: 0, wrong: 0, right: 0 };
    rules.set(rule, row);
    if (secret) row[results.length > 0 ? "hit" : "missed"] += 1;
    else row[results.length > 0 ? "wrong" : "right"] += 1;
    if (secret !== results.length > 0) {
      differences.push(`${secret ? "missed" : "wrong "} ${rule}: ${text.slice(0, 90).replace(/\s+/g, " ")}`);
      if (!secret)
        differences.push(`         ${results.map(({ entity, value }) => `${entity} ${value.slice(0, 40)}`).join(", ")}`);
    }
  }
  const sum = (key: "hit" | "missed" | "wrong" | "right") => [...rules.values()].reduce((total, row) => total + row[key], 0);
  const recall = sum("hit") / (sum("hit") + sum("missed"));
  const precision = sum("hit") / (sum("hit") + sum("wrong"));
  const lines = [...rules].map(
    ([rule, { hit, missed, wrong, right }]) => `${rule}: ${hit}/${hit + missed} found, ${wrong}/${wrong + right} wrong`,
  );
  console.info(
    [`recall ${(recall * 100).toFixed(1)} %, precision ${(precision * 100).toFixed(1)} %`, ...lines, ...differences].join("\n"),
  );
  // What is wrong here: keys of Google's that were published (7), and values behind `api-key:` and `token:` that their own service would
  // not have made (3). Nobody can tell from the text.
  expect(recall).toBeGreaterThanOrEqual(1);
  expect(precision).toBeGreaterThanOrEqual(0.8);
});
