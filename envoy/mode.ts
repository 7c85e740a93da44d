import type { HostName } from "../plugins/core/host";

/** How Envoy and Graft work together: `ext_proc` = Envoy asks Graft and calls the providers; `relay` = Graft calls them. */
export const MODES = ["ext_proc", "relay"] as const;

export type Mode = (typeof MODES)[number];

/** Whose abilities a configuration is checked against. */
export const HOST_OF = { ext_proc: "envoy", relay: "relay" } as const satisfies Record<Mode, HostName>;
