import { createHash } from "node:crypto";
import type { z } from "zod";
import { mask } from "./schema-walk";

/** Short, of everything but the secrets: it may be shown. */
export function configHash(schema: z.ZodType, value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(mask(schema, value)))
    .digest("hex")
    .slice(0, 12);
}
