/** What is looked for, and what is done with what is found. */
import type { Direction } from "../core/facts";
import type { Action, RedactConfig } from "./config";
import type { Detector } from "./detectors/detector";
import { LOOKALIKE } from "./placeholder";

/** Every detector that is not opt-in. */
export const ALL = "all";
/** What an analyzer finds under a name that nobody has told us. */
export const OTHER = "other";

type EntityRule = RedactConfig["entities"][number];
type RuleConfig = Pick<RedactConfig, "entities" | "except" | "action">;

export class Rules {
  readonly #config: RuleConfig;
  readonly #named: ReadonlyMap<string, EntityRule>;
  readonly #groups: ReadonlyMap<string, string>;

  /** @param known all detectors there are: they say which entity is of which group */
  constructor(config: RuleConfig, known: readonly Detector[]) {
    this.#config = config;
    this.#named = new Map(config.entities.map((rule) => [rule.type, rule]));
    this.#groups = new Map(known.map(({ entity, group }) => [entity, group]));
  }

  actionOf(entity: string, direction: Direction): Action {
    if (entity === LOOKALIKE) return "placeholder";
    const { action: usual } = this.#config;
    const rule = this.#ruleOf(entity);
    const asked = rule?.action ?? usual;
    return direction === "response" ? (rule?.response_action ?? asked) : asked;
  }

  /** Of built-in detectors. */
  wants({ entity, optIn }: Detector): boolean {
    if (this.excludes(entity)) return false;
    if (this.#named.has(entity)) return true;
    if (optIn === true) return false;
    return this.#named.size === 0 || this.#ruleOf(entity) !== undefined;
  }

  excludes(entity: string): boolean {
    const { except } = this.#config;
    return except.includes(entity) || except.includes(this.groupOf(entity) ?? entity);
  }

  /** Of what only an analyzer knows there is none. */
  groupOf(entity: string): string | undefined {
    return this.#groups.get(entity);
  }

  #ruleOf(entity: string): EntityRule | undefined {
    const named = this.#named;
    return named.get(entity) ?? named.get(this.groupOf(entity) ?? entity) ?? named.get(ALL);
  }
}
