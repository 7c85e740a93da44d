/** What the two modes put in the same places of a configuration. */
import type { Config, RouteConfig } from "../../plugins/config/schema";
import type { Mode } from "../mode";
import { EXT_PROC_WIRING } from "./ext-proc-wiring";
import type { EnvoyOptions } from "./options";
import { RELAY_WIRING } from "./relay/wiring";

export interface Wiring {
  /** `layered_runtime`, where something in it is needed. */
  readonly runtime?: object;
  /** Behind the operator's filters; the router is the last one. */
  filters(config: Config, hash: string): object[];
  /** @param aloneOnListener also answers for requests that are on no route at all */
  localReplies(aloneOnListener: boolean): object;
  /** What a virtual host with Graft's routes needs besides them. */
  readonly virtualHost: object;
  /** @param routes those of one virtual host, in their order */
  routes(routes: readonly RouteConfig[], config: Config): object[];
  clusters(config: Config, options: EnvoyOptions): object[];
  /** Where pieces go that are not alike in both modes; no word = there is no such piece. */
  readonly where: { readonly filters?: string; readonly routes: string };
}

export const WIRINGS: Readonly<Record<Mode, Wiring>> = { ext_proc: EXT_PROC_WIRING, relay: RELAY_WIRING };
