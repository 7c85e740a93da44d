/** What we use of Kong's PDK. Every call is a round trip to Kong. One that fails there never comes back: Kong answers its client with 500. */
export interface Kong {
  readonly client: {
    /** What the authentication plugins of the route found; `null` where there are none. */
    getConsumer(): Promise<Consumer | null | undefined>;
    /** Holds the raw key: not to be logged. */
    getCredential(): Promise<Credential | null | undefined>;
  };
  readonly service: {
    setTarget(host: string, port: number): Promise<unknown>;
    readonly request: {
      /** Replaces what the client sent under that name. */
      setHeader(name: string, value: string): Promise<unknown>;
    };
  };
  readonly response: {
    /** Kong answers, and the request ends; the plugin goes on running. */
    exit(status: number, body: string, headers: Readonly<Record<string, string>>): Promise<unknown>;
  };
  readonly log: {
    /** JSON of the finished request; only in the `log` phase. */
    serialize(): Promise<string>;
  };
}

export interface Consumer {
  readonly id: string;
  readonly username?: string | null;
  readonly custom_id?: string | null;
  readonly tags?: readonly string[] | null;
}

export interface Credential {
  readonly id?: string | null;
  readonly username?: string | null;
}
