import type { Mode } from "../mode";

export interface EnvoyOptions {
  /** Graft's own version, to be seen in Envoy's admin interface. */
  readonly version: string;
  /** `ext_proc` unless set. */
  readonly mode?: Mode;
  /** Where the Graft processes listen, instead of `envoy.sockets`. */
  readonly sockets?: readonly string[];
  /** PEM file of the authorities to trust where a provider names none, on the machine where Envoy runs. Not for the relay. */
  readonly caBundle?: string;
}
