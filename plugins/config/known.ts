/** The words this build of Graft knows: its lists of providers, strategies and plugins. */
import { RUNNING_ORDER } from "../index";
import { CODECS } from "../providers";
import { STRATEGIES } from "../route/strategies";
import type { Vocabulary } from "./vocabulary";

const plugins = new Set(RUNNING_ORDER.map(({ plugin }) => plugin));

export const KNOWN: Vocabulary = {
  providers: CODECS,
  strategies: STRATEGIES.map((strategy) => strategy.name),
  plugins: [...plugins].flatMap(({ name, config, check }) => (config === undefined ? [] : [{ name, config, check }])),
};
