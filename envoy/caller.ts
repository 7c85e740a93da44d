/** Who is calling, from what Envoy's own auth filters found out. Headers count only where config says that Envoy sets them. */

import type { CallerConfig } from "../plugins/config/schema";
import type { Caller } from "../plugins/core/exchange";
import type { HeaderMap } from "../plugins/core/provider";
import { isObject, stringAt } from "../plugins/core/read-json";

/** The same in both modes, whichever way it came. Only what `caller.kind` needs has to be there. */
export interface CallerEvidence {
  /** Latin-1. */
  readonly headers: HeaderMap;
  /** Of the client: `1.2.3.4:567`, `[::1]:567`, or the path of a unix socket. */
  readonly address: unknown;
  /** The payload of a token that Envoy has verified. */
  readonly jwt: unknown;
  /** Of the client certificate: first URI name, first DNS name, subject. */
  readonly certificate: readonly unknown[];
}

export function callerOf(config: CallerConfig, evidence: CallerEvidence): Caller {
  const ip = withoutPort(text(evidence.address) ?? "");
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
      return fromJwt(config, evidence.jwt);
    case "mtls":
      return fromCertificate(evidence.certificate);
    case "api_key":
      return fromHeader("api_key", { id: config.api_key.header }, evidence.headers);
    case "header":
      return fromHeader("header", config.header, evidence.headers);
  }
}
function fromJwt({ jwt }: CallerConfig, payload: unknown): Identity | undefined {
  if (!isObject(payload)) return undefined;
  const subject = stringAt(payload, jwt.subject_claim);
  if (subject === undefined || subject === "") return undefined;
  const team = stringAt(payload, jwt.team_claim);
  return {
    id: `jwt:${stringAt(payload, jwt.issuer_claim) ?? ""}|${subject}`,
    ...(team === undefined ? {} : { team }),
    groups: list(payload[jwt.groups_claim]),
    tags: list(payload[jwt.tags_claim]),
  };
}

function fromCertificate(names: CallerEvidence["certificate"]): Identity | undefined {
  // A certificate without such a name gives an empty text.
  const name = names.map(text).find((it) => it);
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

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A claim may be a list or one space- or comma-separated string (OAuth scopes). */
function list(value: unknown): string[] {
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
