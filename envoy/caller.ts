/** Who is calling, from what Envoy's own auth filters found out. Headers count only where config says that Envoy sets them. */

import type { CallerConfig } from "../plugins/config/schema";
import type { Caller } from "../plugins/core/exchange";
import type { HeaderMap } from "../plugins/core/provider";
import type { StructObject, StructValue } from "../proto/struct";
import { ATTRIBUTES, JWT_NAMESPACE } from "./metadata";

export interface CallerEvidence {
  readonly headers: HeaderMap;
  readonly attributes: StructObject;
  /** Dynamic metadata by filter namespace. */
  readonly metadata: Readonly<Record<string, StructObject>>;
}

export function callerOf(config: CallerConfig, evidence: CallerEvidence): Caller {
  const ip = withoutPort(text(evidence.attributes[ATTRIBUTES.sourceAddress]) ?? "");
  const found = identity(config, evidence);
  if (found === undefined) return { id: `ip:${ip}`, anonymous: true, groups: [], tags: [], ip };
  return { anonymous: false, groups: [], tags: [], ...found, ip };
}

type Identity = Pick<Caller, "id"> & Partial<Pick<Caller, "credential" | "team" | "groups" | "tags">>;

function identity(config: CallerConfig, evidence: CallerEvidence): Identity | undefined {
  switch (config.kind) {
    case "none":
      return undefined;
    case "jwt":
      return fromJwt(config, evidence.metadata[JWT_NAMESPACE]?.[config.jwt.metadata_key]);
    case "mtls":
      return fromCertificate(evidence.attributes);
    case "api_key":
      return fromHeader("api_key", { id: config.api_key.header }, evidence.headers);
    case "header":
      return fromHeader("header", config.header, evidence.headers);
  }
}

function fromJwt({ jwt }: CallerConfig, payload: StructValue | undefined): Identity | undefined {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return undefined;
  const subject = text(payload[jwt.subject_claim]);
  if (subject === undefined || subject === "") return undefined;
  const team = text(payload[jwt.team_claim]);
  return {
    id: `jwt:${text(payload[jwt.issuer_claim]) ?? ""}|${subject}`,
    ...(team === undefined ? {} : { team }),
    groups: list(payload[jwt.groups_claim]),
    tags: list(payload[jwt.tags_claim]),
  };
}

function fromCertificate(attributes: StructObject): Identity | undefined {
  // A certificate without such a name gives an empty text.
  const name = [ATTRIBUTES.uriSan, ATTRIBUTES.dnsSan, ATTRIBUTES.subject].map((key) => text(attributes[key])).find((it) => it);
  return name === undefined ? undefined : { id: `mtls:|${name}`, credential: name };
}

interface HeaderNames {
  readonly id: string;
  readonly team?: string;
  readonly groups?: string;
  readonly tags?: string;
}

function fromHeader(source: string, names: HeaderNames, headers: HeaderMap): Identity | undefined {
  const read = (name: string | undefined): string | undefined => (name === undefined ? undefined : headers[name]);
  const id = read(names.id);
  if (id === undefined || id === "") return undefined;
  const team = read(names.team);
  return {
    id: `${source}:|${id}`,
    ...(team === undefined ? {} : { team }),
    groups: split(read(names.groups) ?? ""),
    tags: split(read(names.tags) ?? ""),
  };
}

function text(value: StructValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A claim may be a list or one space- or comma-separated string (OAuth scopes). */
function list(value: StructValue | undefined): string[] {
  if (Array.isArray(value)) return value.filter((it) => typeof it === "string");
  return typeof value === "string" ? split(value) : [];
}

function split(value: string): string[] {
  return value.split(/[\s,]+/).filter((it) => it !== "");
}

/** `1.2.3.4:567` or `[::1]:567`. */
function withoutPort(address: string): string {
  const colon = address.lastIndexOf(":");
  return colon === -1 ? address : address.slice(0, colon).replace(/^\[|\]$/g, "");
}
