/** kong.yml, the part of it these tests use. */

export interface DeclarativeConfig {
  readonly services: readonly ServiceConfig[];
  readonly consumers?: readonly ConsumerConfig[];
  /** For every request. */
  readonly plugins?: readonly PluginConfig[];
}

export interface ServiceConfig {
  readonly name: string;
  readonly url: string;
  /** Default 5. */
  readonly retries?: number;
  /** Milliseconds, each by default 60,000. */
  readonly connect_timeout?: number;
  readonly read_timeout?: number;
  readonly write_timeout?: number;
  readonly routes: readonly RouteConfig[];
  readonly plugins?: readonly PluginConfig[];
}

export interface RouteConfig {
  readonly name: string;
  /** Prefixes. */
  readonly paths: readonly string[];
  /** Default true. */
  readonly strip_path?: boolean;
  /** Default false. */
  readonly preserve_host?: boolean;
  /** Default true, both. */
  readonly request_buffering?: boolean;
  readonly response_buffering?: boolean;
  readonly plugins?: readonly PluginConfig[];
}

export interface PluginConfig {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface ConsumerConfig {
  readonly username: string;
  readonly custom_id?: string;
  readonly tags?: readonly string[];
  readonly keyauth_credentials?: readonly { readonly key: string }[];
  readonly acls?: readonly { readonly group: string }[];
}
