/** The few kinds of leaf the rules' settings are made of: none that Kong could not say. */
import { z } from "zod";
import { isLinkLocal } from "../core/link-local";
import type { Fault } from "../define-plugin";

/** Masked in issues, referenceable in Kong. */
export function secret(longest: number, description: string) {
  return z.string().min(1).max(longest).meta({ secret: true, description });
}

export function timeoutMs(description: string, value: number) {
  return z.int().min(1).max(600_000).default(value).describe(`${description} Milliseconds.`);
}

/** Never holds the URL, which may be a secret itself. */
export function urlFaults(url: string, field: string, allowLinkLocal: boolean): Fault[] {
  const fault = (message: string): Fault[] => [{ path: [field], message }];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return fault("must be an http:// or https:// URL");
  if (parsed.username !== "" || parsed.password !== "") return fault("must not hold a user name or password");
  if (isLinkLocal(parsed.hostname) && !allowLinkLocal) {
    return fault("leads to a link-local or cloud metadata address; `allow_link_local: true` allows it");
  }
  return [];
}
