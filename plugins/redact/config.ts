/** `redact`. Shared with Kong: no unions, records with optional parts. */
import { z } from "zod";
import { secret } from "../config/fields";
import { analyzerSchema } from "./analyzers";
import { allowSchema, customSchema } from "./custom";
import { LONGEST_PLACEHOLDER } from "./placeholder";
import { LONGEST_HOLD, USUAL_HOLD } from "./window-size";

export const ACTIONS = ["placeholder", "mask", "hash", "remove", "block", "flag"] as const;
export type Action = (typeof ACTIONS)[number];

export const WHERE = ["messages", "tool_arguments", "tool_results", "tool_definitions", "files", "metadata"] as const;
export type Where = (typeof WHERE)[number];

const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;

const name = (description: string) => z.string().min(1).max(64).describe(description);

const action = () => z.enum(ACTIONS);

function entitySchema() {
  return z
    .strictObject({
      type: name(
        "What is looked for: an entity (`email`, `credit_card`), a group of them (`contact`, `finance`, `network`, `national_id`, `personal`, `secret`), or `all`. An entity wins over its group, a group over `all`.",
      ),
      action: action().optional().describe("What is done with it in requests. Default: `action` of the plugin."),
      response_action: action()
        .optional()
        .describe("What is done with it in answers, where `direction` includes them. Default: as in requests."),
    })
    .describe("One kind of thing that is looked for.");
}

export const redactSchema = z
  .strictObject({
    direction: z
      .enum(["request", "response", "both"])
      .default("request")
      .describe(
        `What is looked at. Placeholders of a request come back as the values in its answer whatever this says. Looking at answers holds streams back by up to ${USUAL_HOLD} characters, unbroken runs and keys by up to ${LONGEST_HOLD}, tool arguments until they are complete, and leaves logprobs out.`,
      ),
    action: action()
      .default("placeholder")
      .describe(
        "`placeholder`: `<EMAIL_1>`, which answers turn back into the value; streams are held back by at most " +
          `${LONGEST_PLACEHOLDER} characters for it, and answers have no logprobs. \`mask\`: stars, the shape kept (last 4 of cards, IBANs and SSNs, last 2 of phones, first letter and domain of e-mail). \`hash\`: keyed. \`remove\`. \`block\`: the request is refused. \`flag\`: only told. In answers, \`placeholder\` writes \`[EMAIL]\`.`,
      ),
    entities: z
      .array(entitySchema())
      .max(500)
      .default([])
      .describe("What is looked for. Empty = everything but what is opt-in, which has to be named."),
    except: z
      .array(name("Entity or group."))
      .max(500)
      .default([])
      .describe("Entities or groups that are not looked for, whatever else says so."),
    custom: z.array(customSchema()).max(500).default([]).describe("Things of your own that are looked for, by pattern or words."),
    allow: allowSchema().prefault({}),
    analyzers: z
      .array(analyzerSchema())
      .max(16)
      .default([])
      .describe(
        "Services that are asked what is in a request, before it is sent on; answers are not shown to them. What they find under a name that is not listed counts as `other`.",
      ),
    regions: z
      .array(z.string().min(2).max(2).describe("ISO 3166 country, upper case."))
      .max(250)
      .default([])
      .describe("Countries whose phone numbers are known without their country code, for example `US`, `DE`."),
    roles: z
      .array(z.enum(ROLES).describe("Role of a message."))
      .max(ROLES.length)
      .default([...ROLES])
      .describe("Whose messages are looked at. Default: all."),
    where: z
      .array(z.enum(WHERE).describe("Part of a request."))
      .max(WHERE.length)
      .default([...WHERE])
      .describe("Parts of a request that are looked at; `metadata` is everything outside of messages and tools. Default: all."),
    uninspectable: z
      .enum(["allow", "block"])
      .default("allow")
      .describe(
        "Images, PDFs, audio and files kept elsewhere, which no detector can read: they pass, and the log says so, or the request is refused. Files and data URLs of text are read and redacted.",
      ),
    hash_key: secret("Key of the HMAC-SHA256 of `hash`. Who has it can test guesses against hashes.").optional(),
    restore_tool_results: z
      .boolean()
      .default(false)
      .describe(
        "Let values that only a tool's result brought up return into the arguments of the model's tool calls. Off: a result that carries instructions cannot have them sent elsewhere.",
      ),
  })
  .describe("Keeps personal data and secrets from providers, and gives answers their values back.");

export type RedactConfig = z.output<typeof redactSchema>;
