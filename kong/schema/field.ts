/** Kong's schema language as far as Graft speaks it: plain JSON, in Kong's own words. */

export interface KongField {
  readonly type: "string" | "integer" | "number" | "boolean" | "array" | "set" | "map" | "record";
  readonly description?: string;
  /** With a default: never null. A record that is required and absent is made of its fields' defaults. */
  readonly required?: boolean;
  readonly default?: unknown;
  /** May be written as `{vault://…}`; Kong puts the secret in before Graft sees it. */
  readonly referenceable?: true;
  readonly one_of?: readonly string[];
  readonly between?: readonly [number, number];
  readonly gt?: number;
  /** Of strings in bytes, of arrays in elements. */
  readonly len_min?: number;
  readonly len_max?: number;
  readonly elements?: KongField;
  readonly keys?: KongField;
  readonly values?: KongField;
  readonly fields?: KongFields;
  readonly entity_checks?: readonly EntityCheck[];
}

/** One key an entry: Kong keeps the order. */
export type KongFields = readonly { readonly [name: string]: KongField }[];

/** Over fields of one record; empty lists and maps count as absent. */
export type EntityCheck =
  | { readonly only_one_of: readonly string[] }
  /** All or none. */
  | { readonly mutually_required: readonly string[] };

/** What Kong calls the schema of a plugin; its `config` is one of the fields. */
export interface KongSchema {
  readonly name: string;
  readonly fields: KongFields;
}
