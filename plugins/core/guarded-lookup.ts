import type { LookupFunction } from "node:net";
import { isLinkLocal } from "./link-local";

/**
 * Leaves out link-local and metadata addresses. What it answers is what is connected to, so that a name that changes between two
 * questions (DNS rebinding) gains nothing. Names only: literal addresses are never looked up.
 */
export function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null || found === undefined) {
        callback(error, found, family);
        return;
      }
      const addresses = typeof found === "string" ? [{ address: found, family: family ?? 0 }] : found;
      const allowed = addresses.filter(({ address }) => !isLinkLocal(address));
      if (allowed.length === 0 && addresses.length > 0) callback(refusedAddress(hostname), []);
      else callback(null, typeof found === "string" ? found : allowed, family);
    });
  };
}

export function refusedAddress(host: string): Error {
  return new Error(`${host} is a link-local or metadata address, which may not be connected to`);
}
