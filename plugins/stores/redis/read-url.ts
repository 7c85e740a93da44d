export interface RedisUrl {
  readonly address: { readonly host: string; readonly port: number };
  readonly secure: boolean;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
}

/** @throws RangeError, without the text: it may hold a password. */
export function readUrl(text: string): RedisUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const db = url?.pathname.replace(/^\//, "");
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === "" || db === undefined || !/^\d{0,5}$/.test(db)) {
    throw new RangeError("redis: the url must be redis://host:port/db, rediss://… or the path of a unix socket");
  }
  return {
    // An IPv6 address has brackets in a URL only.
    address: { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: url.port === "" ? 6379 : Number(url.port) },
    secure: url.protocol === "rediss:",
    db: Number(db),
    ...(url.username === "" ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
  };
}
