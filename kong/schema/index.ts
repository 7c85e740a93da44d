/** What Kong must know of the plugins' configurations. */
import type { Vocabulary } from "../../plugins/config/vocabulary";
import { kongFields } from "./convert";
import type { KongField, KongFields, KongSchema } from "./field";
import { CONFIG_CHECKS, pluginConfigSchema } from "./plugin-config";

export type { KongField, KongFields, KongSchema } from "./field";

/** HTTP only: in gRPC there is nothing for Graft to read. */
const PROTOCOLS: KongField = {
  type: "set",
  required: true,
  default: ["http", "https"],
  elements: { type: "string", one_of: ["http", "https"] },
};

/** The fields of `graft`'s configuration: what the stock plugin server asks a plugin for. It has no place for checks across them. */
export function graftFields(vocabulary: Vocabulary): KongFields {
  return kongFields(pluginConfigSchema(vocabulary));
}

export function graftSchema(vocabulary: Vocabulary): KongSchema {
  return schemaOf("graft", { type: "record", required: true, fields: graftFields(vocabulary), entity_checks: CONFIG_CHECKS });
}

/** Nothing to set. */
export function graftLogSchema(): KongSchema {
  return schemaOf("graft-log", { type: "record", required: true, fields: [] });
}

function schemaOf(name: string, config: KongField): KongSchema {
  return { name, fields: [{ protocols: PROTOCOLS }, { config }] };
}
