import type { Fault, PolicyShape } from "../define-plugin";
import type { AuditPolicyConfig } from "./config";

export function checkAudit(config: AuditPolicyConfig, { audited, plugins }: PolicyShape): Fault[] {
  const faults: Fault[] = [];
  if (!audited) faults.push({ path: [], message: "the process has no `audit` section: there is nowhere to write records" });
  if (config.on_error === "closed" && config.intent === false) {
    const message = "`on_error: closed` needs it: a record that comes when all is over stops nothing";
    faults.push({ path: ["intent"], message });
  }
  if (config.body === "redacted" && !plugins.includes("redact")) {
    const message = "without the plugin `redact`, the log holds requests as clients wrote them";
    faults.push({ path: ["body"], message, severity: "warning" });
  }
  return faults;
}
