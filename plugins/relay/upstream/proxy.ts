/** Which proxy the environment wants for an address, read as curl reads it: lower-case variables first. */
import { isExempt } from "./no-proxy";
import { Security } from "./security";

export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** The proxy itself is spoken to over TLS. */
  readonly security: Security | undefined;
  /** Value of `proxy-authorization`. */
  readonly authorization: string | undefined;
}

/** @throws Error when the variable holds no usable address; it never quotes it, as there may be a password in it */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): HttpProxy | undefined {
  const variable = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const address = setting(env, variable);
  if (address === undefined || isExempt(url, setting(env, "no_proxy") ?? "")) return undefined;
  const proxy = parse(address, variable);
  const host = proxy.hostname.replace(/^\[|\]$/g, "");
  const secure = proxy.protocol === "https:";
  return {
    host,
    port: proxy.port === "" ? (secure ? 443 : 80) : Number(proxy.port),
    security: secure ? new Security(host) : undefined,
    authorization: proxy.username === "" && proxy.password === "" ? undefined : credentials(proxy, variable),
  };
}

function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || env[name.toUpperCase()] || undefined;
}

function parse(address: string, variable: string): URL {
  const text = address.includes("://") ? address : `http://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw new Error(`${variable} is not the address of an HTTP proxy`);
  return url;
}

function credentials({ username, password }: URL, variable: string): string {
  try {
    const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(text).toString("base64")}`;
  } catch {
    throw new Error(`${variable} holds a wrong percent-encoding in its user name or password`);
  }
}
