/** Checks of `providers` that no single field can make. */
import { isLinkLocal } from "../core/link-local";
import { headerNameFault, isHeaderValue, isKeyText } from "./header-rules";
import type { Inspection } from "./inspection";
import type { Path } from "./issue";
import { namedTargets } from "./named-targets";
import type { ProviderConfig } from "./schema";

export function checkProviders(it: Inspection): void {
  const targeted = new Set(namedTargets(it.config).map(({ provider }) => provider));
  for (const [name, provider] of Object.entries(it.config.providers)) {
    const path = ["providers", name];
    it.name(path);
    if (!targeted.has(name)) it.warn(path, "no target uses this provider", "key");
    checkBaseUrl(it, path, provider);
    checkCredentials(it, path, provider);
    checkHeaders(it, path, provider);
    checkTls(it, path, provider);
  }
}

function checkBaseUrl(it: Inspection, path: Path, provider: ProviderConfig): void {
  const at = [...path, "base_url"];
  if (provider.base_url === "") {
    it.error(at, `is missing: kind ${provider.kind} has no public address of its own`);
    return;
  }
  const url = URL.canParse(provider.base_url) ? new URL(provider.base_url) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    it.error(at, "must be an http:// or https:// URL");
  } else if (url.username !== "" || url.password !== "") {
    it.error(at, "must not hold a user name or password; use api_keys or headers");
  } else if (url.search !== "" || url.hash !== "" || /[?#]/.test(provider.base_url)) {
    it.error(at, "must not have a query or fragment");
  } else if (isLinkLocal(url.hostname) && !provider.allow_link_local) {
    it.error(at, LINK_LOCAL_REFUSED);
  }
}

export const LINK_LOCAL_REFUSED =
  "leads to a link-local or cloud metadata address, where credentials are given away; `allow_link_local: true` allows it";

function checkCredentials(it: Inspection, path: Path, provider: ProviderConfig): void {
  for (const [index, key] of provider.api_keys.entries()) {
    if (!isKeyText(key)) it.error([...path, "api_keys", index], "holds a blank, a line break or a character that is not ASCII");
  }
  const header = it.vocabulary.providers.find(({ kind }) => kind === provider.kind)?.credentialHeader ?? "";
  const own = provider.headers[header] !== undefined;
  if (own && provider.api_keys.length > 0)
    it.error([...path, "headers", header], "api_keys sets this header; give one of the two", "key");
  if (!own && provider.api_keys.length === 0 && !it.written([...path, "base_url"])) {
    it.warn([...path, "api_keys"], "no key: the public API of this kind refuses requests without one");
  }
}

function checkHeaders(it: Inspection, path: Path, provider: ProviderConfig): void {
  for (const [name, value] of Object.entries(provider.headers)) {
    const at = [...path, "headers", name];
    const fault = headerNameFault(name);
    if (fault !== undefined) it.error(at, fault, "key");
    if (!isHeaderValue(value)) it.error(at, "holds a line break or control character");
  }
}

function checkTls(it: Inspection, path: Path, provider: ProviderConfig): void {
  const { tls } = provider;
  if (tls === undefined) return;
  const at = [...path, "tls"];
  if (provider.base_url.startsWith("http:")) it.error(at, "has no effect: base_url is http://", "key");
  if ((tls.cert_file === undefined) !== (tls.key_file === undefined)) it.error(at, "cert_file and key_file go together", "key");
}
