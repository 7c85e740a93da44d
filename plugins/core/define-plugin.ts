import type { z } from "zod";
import type { OpenExchange, Plugin, Services } from "./plugin";

/** A plugin with configuration: `create` gets it parsed and typed. */
export function definePlugin<Schema extends z.ZodType>(it: {
  readonly name: string;
  readonly config: Schema;
  readonly needsUsage?: boolean;
  create(config: z.output<Schema>, services: Services): OpenExchange;
}): Plugin;
/** A plugin that is always on and has nothing to configure. */
export function definePlugin(it: {
  readonly name: string;
  readonly needsUsage?: boolean;
  create(config: undefined, services: Services): OpenExchange;
}): Plugin;
export function definePlugin(it: {
  readonly name: string;
  readonly config?: z.ZodType;
  readonly needsUsage?: boolean;
  create(config: never, services: Services): OpenExchange;
}): Plugin {
  const { config } = it;
  return {
    name: it.name,
    config,
    needsUsage: it.needsUsage ?? false,
    // The schema's output is what `create` declared: the overloads above tie them together.
    open: (raw, services) => it.create((config === undefined ? undefined : config.parse(raw)) as never, services),
  };
}
