/** `usage` of a policy: what clients are told of their usage. Where records go is the process's to say. */
import { z } from "zod";

export const usageSchema = z
  .strictObject({
    headers: z
      .boolean()
      .default(true)
      .describe(
        "Tell `x-graft-usage` and `x-graft-cost` with answers that are not streamed, where the provider has said its usage.",
      ),
    trailing_event: z
      .boolean()
      .default(false)
      .describe("Tell the same of streams, in an event `graft.usage` behind their last one; OpenAI's SDKs do not read it."),
  })
  .describe("What clients are told of their usage. On with these defaults unless written otherwise.");
