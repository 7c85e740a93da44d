import type { AdaptedSchema } from "./json-schema";

/** Documented limits of one request over all its grammars; beyond them the API answers 400. */
const MAX_OPTIONAL = 24;
const MAX_UNIONS = 16;
const MAX_TOOLS = 20;

export class StrictBudget {
  #optional = 0;
  #unions = 0;
  #tools = 0;

  /** Counts the schema in if it fits. */
  take(schema: AdaptedSchema, isTool: boolean): boolean {
    const optional = this.#optional + schema.optional;
    const unions = this.#unions + schema.unions;
    const tools = this.#tools + (isTool ? 1 : 0);
    if (optional > MAX_OPTIONAL || unions > MAX_UNIONS || tools > MAX_TOOLS) return false;
    this.#optional = optional;
    this.#unions = unions;
    this.#tools = tools;
    return true;
  }
}
