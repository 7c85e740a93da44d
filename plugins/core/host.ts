/** What a host can do for an exchange. A policy that needs what its host lacks is refused at load, never weakened. */
export interface HostCapabilities {
  /** Holds an answer back until its first real event, so that failures before it can still fall back. */
  readonly precommit: boolean;
  /** Can try again because of what an answer's body says, not only its status. */
  readonly contentRetry: boolean;
  /** Can leave out a target when its turn comes. */
  readonly skipTarget: boolean;
  /** Gives each try of a request a time limit of its own. */
  readonly attemptTimeouts: boolean;
  /** Opens the connections to providers itself, so that it can count them and wait before it tries again. */
  readonly ownConnections: boolean;
  /** Can let requests pass untouched while Graft is away. */
  readonly failOpen: boolean;
  /** Can end a stream with an error event when the provider dies in mid-stream. */
  readonly typedUpstreamDeath: boolean;
  /** Can release held-back text after a time, without a further event. */
  readonly timerRelease: boolean;
  /** Can let several clients follow one running answer. */
  readonly liveFollowers: boolean;
}

/** Envoy sends, retries and streams by itself, and tells us after the fact. */
const EXT_PROC: HostCapabilities = {
  precommit: false,
  contentRetry: false,
  skipTarget: false,
  attemptTimeouts: false,
  ownConnections: false,
  failOpen: true,
  typedUpstreamDeath: false,
  timerRelease: false,
  liveFollowers: false,
};

/** Sends by itself and sees every byte. */
const RELAY: HostCapabilities = {
  precommit: true,
  contentRetry: true,
  skipTarget: true,
  attemptTimeouts: true,
  ownConnections: true,
  failOpen: false,
  typedUpstreamDeath: true,
  timerRelease: true,
  liveFollowers: true,
};

/** `envoy` = ext_proc, `relay` = the relay behind Envoy. */
export const HOSTS = { envoy: EXT_PROC, kong: RELAY, relay: RELAY } as const satisfies Record<string, HostCapabilities>;

export type HostName = keyof typeof HOSTS;
