/** The `config` of the Kong plugin `graft`: a policy of graft.yaml by name, or one policy with its providers written out. */
import { z } from "zod";
import { flag, text } from "../../plugins/config/fields";
import { policySchema } from "../../plugins/config/policy";
import { providerSchema } from "../../plugins/config/provider";
import type { Vocabulary } from "../../plugins/config/vocabulary";
import type { EntityCheck } from "./field";

export function pluginConfigSchema(vocabulary: Vocabulary) {
  // `fail_open` is Envoy's: a plugin that cannot be reached cannot let anything through.
  const policy = policySchema(vocabulary).omit({ fail_open: true }).partial({ models: true });
  return z.strictObject({
    policy: text(
      "Name of a policy in the `graft.yaml` that Graft was started with. Instead of all but `groups_from_acl`.",
    ).optional(),
    groups_from_acl: flag(
      "Take the caller's groups from `x-consumer-groups`. Only where the `acl` plugin is on as well, and does not hide its groups header: else clients can write that header themselves.",
      false,
    ),
    providers: z
      .record(z.string(), providerSchema(vocabulary.providers))
      .optional()
      .describe("Upstream APIs by name (lower-case letters, digits, `-` and `_`)."),
    ...policy.shape,
  });
}

/** The same rule as in instance-config.ts; said here, Kong refuses the configuration when it is written. */
export const CONFIG_CHECKS: readonly EntityCheck[] = [
  { only_one_of: ["policy", "models"] },
  { mutually_required: ["models", "providers"] },
];
