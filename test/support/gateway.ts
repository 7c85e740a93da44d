import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatIssue, KNOWN, loadConfig } from "../../plugins/config";
import { Gateway } from "../../plugins/gateway";
import { services } from "./exchange";

/** A gateway as it comes out of a `graft.yaml` with this text. @throws what is wrong with it */
export async function gatewayOf(yaml: string): Promise<Gateway> {
  const directory = mkdtempSync(join(tmpdir(), "graft-gateway-"));
  try {
    const path = join(directory, "graft.yaml");
    writeFileSync(path, yaml);
    const loaded = await loadConfig(path, { vocabulary: KNOWN, env: {}, resolve: async () => [] });
    if (!loaded.ok) throw new Error(loaded.issues.map(formatIssue).join("\n"));
    return new Gateway(loaded.config, "v1", services);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
