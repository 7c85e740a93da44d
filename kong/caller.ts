/** Who is calling, as Kong itself says. Headers alone are the client's word. */
import type { Caller } from "../plugins/core/exchange";
import type { HeaderMap } from "../plugins/core/provider";
import { utf8 } from "../plugins/relay";
import type { Consumer, Credential } from "./pdk";

/** What the plugin asked Kong, before the headers are there to be read. */
export interface Identity {
  readonly consumer: Consumer | undefined;
  /** Its name, asked for where there is no consumer. Never the whole of it: it holds the secret. */
  readonly credential: string | undefined;
  /** `groups_from_acl` of the plugin's configuration. */
  readonly groupsFromAcl: boolean;
}

/** Of a consumer: a consumer's tag that names its team, e.g. `team:search`. */
const TEAM_TAG = "team:";

/** @param headers of the request as Kong sends it to us */
export function callerOf({ consumer, credential, groupsFromAcl }: Identity, headers: HeaderMap): Caller {
  // nginx writes it over whatever the client sent.
  const ip = headers["x-real-ip"] ?? "";
  if (consumer === undefined) return withoutConsumer(credential, ip);
  // To Lua, an empty list and an empty mapping are the same.
  const tags = Array.isArray(consumer.tags) ? consumer.tags : [];
  const team = tags.find((tag) => tag.startsWith(TEAM_TAG))?.slice(TEAM_TAG.length);
  // Kong's authentication plugins set it or clear it, once they have found a consumer.
  const credentialId = headers["x-credential-identifier"];
  return {
    id: consumerId(consumer),
    anonymous: false,
    groups: groupsFromAcl ? aclGroups(headers) : [],
    tags,
    ip,
    ...(team === undefined || team === "" ? {} : { team }),
    ...(credentialId === undefined ? {} : { credential: utf8(credentialId) }),
  };
}

/** The user's name where it has one: `ldap-auth` makes its ids of a hash of the password. */
export function credentialName({ id, username }: Credential): string | undefined {
  return username || id || undefined;
}

function withoutConsumer(id: string | undefined, ip: string): Caller {
  if (id === undefined) return { id: `ip:${ip}`, anonymous: true, groups: [], tags: [], ip };
  return { id: `credential:|${id}`, anonymous: false, credential: id, groups: [], tags: [], ip };
}

function consumerId({ id, username, custom_id }: Consumer): string {
  // A consumer has at least one of the two names; a name may hold anything, so the kinds must not look alike.
  if (username) return `consumer:|${username}`;
  return custom_id ? `consumer:custom_id|${custom_id}` : `consumer:id|${id}`;
}

/** With groups of an identity provider, `acl` sets the other header and leaves this one as the client wrote it. */
function aclGroups(headers: HeaderMap): readonly string[] {
  if (headers["x-authenticated-groups"] !== undefined) return [];
  return utf8(headers["x-consumer-groups"] ?? "")
    .split(",")
    .map((group) => group.trim())
    .filter((group) => group !== "");
}
