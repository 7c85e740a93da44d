/** Looks up the hosts of base URLs: a harmless name may lead to a link-local address. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLinkLocal } from "../core/link-local";
import { LINK_LOCAL_REFUSED } from "./check-providers";
import type { Finding } from "./issue";
import type { Config } from "./schema";

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const PATIENCE_MS = 2000;

export async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** A name that cannot be looked up now is no fault: the gateway looks again when it connects. */
export async function checkResolved(config: Config, resolve: Resolve): Promise<Finding[]> {
  const findings = Object.entries(config.providers).map(async ([name, provider]): Promise<Finding[]> => {
    const { hostname } = new URL(provider.base_url);
    if (provider.allow_link_local || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return [];
    const addresses = await patiently(resolve(hostname));
    if (!addresses.some(isLinkLocal)) return [];
    return [{ severity: "error", path: ["providers", name, "base_url"], at: "value", message: LINK_LOCAL_REFUSED }];
  });
  return (await Promise.all(findings)).flat();
}

async function patiently(addresses: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), PATIENCE_MS);
  });
  try {
    return await Promise.race([addresses, enough]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}
