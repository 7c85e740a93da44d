/** The kinds of rules there are, one line each. */
import type { Kind } from "../rule";
import { citation } from "./citation";
import { classifier } from "./classifier";
import { injection } from "./injection";
import { language } from "./language";
import { models } from "./models";
import { moderation } from "./moderation";
import { pattern } from "./pattern";
import { schema } from "./schema";
import { size } from "./size";
import { tools } from "./tools";
import { topic } from "./topic";
import { webhook } from "./webhook";

export const KINDS: readonly Kind[] = [
  pattern,
  topic,
  injection,
  size,
  citation,
  language,
  schema,
  models,
  tools,
  webhook,
  moderation,
  classifier,
];
