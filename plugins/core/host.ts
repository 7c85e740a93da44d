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
  /** Can end a stream with an error event when the provider dies in mid-stream. */
  readonly typedUpstreamDeath: boolean;
  /** Can release held-back text after a time, without a further event. */
  readonly timerRelease: boolean;
  /** Can let several clients follow one running answer. */
  readonly liveFollowers: boolean;
}

const NOTHING: HostCapabilities = {
  precommit: false,
  contentRetry: false,
  skipTarget: false,
  attemptTimeouts: false,
  typedUpstreamDeath: false,
  timerRelease: false,
  liveFollowers: false,
};

/** `envoy` = ext_proc: Envoy sends, retries and streams by itself, and tells us after the fact. */
export const HOSTS = { envoy: NOTHING } as const satisfies Record<string, HostCapabilities>;

export type HostName = keyof typeof HOSTS;
