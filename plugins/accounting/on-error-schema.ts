/** What happens to requests while the store of limits does not answer. Shared with Kong, as all configuration of plugins. */
import { z } from "zod";

/** @param of the plugin's word for what it keeps, `limit` @param closed what `closed` refuses */
export function onErrorSchema(of: string, closed: string) {
  return {
    on_error: z
      .enum(["local", "open", "closed"])
      .default("local")
      .describe(
        `When the store does not answer. \`local\`: each process counts by itself, against \`local_share_percent\` of each ${of}; \`open\`: everything passes; \`closed\`: ${closed} is refused with 503.`,
      ),
    local_share_percent: z.int().min(1).max(100).default(50).describe("For `on_error: local`."),
  };
}
