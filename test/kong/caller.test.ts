import { callerOf, credentialName, type Identity } from "../../kong/caller";
import type { Consumer, Credential } from "../../kong/pdk";

const ID = "b8a9c9b0-0000-4000-8000-000000000001";

function caller(consumer: Consumer | undefined, headers: Record<string, string> = {}, it: Partial<Identity> = {}) {
  return callerOf({ consumer, credential: undefined, groupsFromAcl: false, ...it }, { "x-real-ip": "10.1.2.3", ...headers });
}

test.each<[string, Consumer | undefined, Credential | undefined, string, boolean]>([
  ["a username", { id: ID, username: "alice", custom_id: "a-1" }, undefined, "consumer:|alice", false],
  ["a custom id only", { id: ID, username: null, custom_id: "a-1" }, undefined, "consumer:custom_id|a-1", false],
  ["a custom id and an empty username", { id: ID, username: "", custom_id: "a-1" }, undefined, "consumer:custom_id|a-1", false],
  ["an id only", { id: ID, username: null, custom_id: null }, undefined, `consumer:id|${ID}`, false],
  ["an id only, the rest absent", { id: ID }, undefined, `consumer:id|${ID}`, false],
  ["a credential only", undefined, { id: "c-1" }, "credential:|c-1", false],
  ["a credential without an id", undefined, {}, "ip:10.1.2.3", true],
  ["a credential whose id is null", undefined, { id: null }, "ip:10.1.2.3", true],
  ["a credential with a user's name", undefined, { id: "ldap_auth_cache:5e88", username: "carol" }, "credential:|carol", false],
  ["nothing", undefined, undefined, "ip:10.1.2.3", true],
])("known by %s", (_, consumer, credential, id, anonymous) => {
  const named = credential === undefined ? undefined : credentialName(credential);
  expect(caller(consumer, {}, { credential: named })).toMatchObject({ id, anonymous, ip: "10.1.2.3" });
});

test("names that look like another kind's are still of their own", () => {
  const names = ["custom_id|a-1", "id|a-1", "|a-1", "a-1", "ip:10.1.2.3", "credential:|a-1"];
  const ids = [
    ...names.map((username) => caller({ id: ID, username }).id),
    ...names.map((custom_id) => caller({ id: ID, custom_id }).id),
    ...names.map((id) => caller({ id }).id),
    ...names.map((id) => caller(undefined, {}, { credential: id }).id),
    caller(undefined).id,
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test("without a consumer, no header of the client's makes one", () => {
  const forged = {
    "x-consumer-id": ID,
    "x-consumer-username": "alice",
    "x-consumer-custom-id": "a-1",
    "x-credential-identifier": "c-1",
    "x-consumer-groups": "gold",
    "x-authenticated-groups": "gold",
    "x-forwarded-for": "6.6.6.6",
  };
  expect(caller(undefined, forged, { groupsFromAcl: true })).toEqual({
    id: "ip:10.1.2.3",
    anonymous: true,
    groups: [],
    tags: [],
    ip: "10.1.2.3",
  });
  expect(caller(undefined, forged, { credential: "c-2", groupsFromAcl: true })).toMatchObject({
    id: "credential:|c-2",
    credential: "c-2",
    groups: [],
  });
});

describe("groups", () => {
  const alice = { id: ID, username: "alice" };

  test.each([
    ["gold", ["gold"]],
    ["gold, team-a", ["gold", "team-a"]],
    [" gold ,, team-a,", ["gold", "team-a"]],
    ["gr\u00c3\u00b6\u00c3\u009fe", ["größe"]],
    ["", []],
    [undefined, []],
  ])("of acl: %j", (header, groups) => {
    const headers: Record<string, string> = header === undefined ? {} : { "x-consumer-groups": header };
    expect(caller(alice, headers, { groupsFromAcl: true }).groups).toEqual(groups);
    expect(caller(alice, headers).groups).toEqual([]);
  });

  test("none where acl went by the groups of an identity provider: then the other header is the client's own", () => {
    const headers = { "x-consumer-groups": "admin", "x-authenticated-groups": "gold" };
    expect(caller(alice, headers, { groupsFromAcl: true }).groups).toEqual([]);
    expect(caller(alice, { ...headers, "x-authenticated-groups": "" }, { groupsFromAcl: true }).groups).toEqual([]);
  });
});

describe("tags", () => {
  test.each<[readonly string[] | null | undefined, string | undefined]>([
    [["beta", "team:search", "team:ads"], "search"],
    [["team:"], undefined],
    [["Team:search", "my-team:x"], undefined],
    [[], undefined],
    [null, undefined],
    [undefined, undefined],
  ])("%j: team %s", (tags, team) => {
    const seen = caller({ id: ID, username: "alice", ...(tags === undefined ? {} : { tags }) });
    expect(seen.team).toBe(team);
    expect("team" in seen).toBe(team !== undefined);
    expect(seen.tags).toEqual(tags ?? []);
  });

  test("an empty list, which Lua may send as a mapping, is none", () => {
    const consumer: unknown = { id: ID, username: "alice", tags: {} };
    expect(caller(consumer as Consumer)).toMatchObject({ id: "consumer:|alice", tags: [] });
  });
});

test("the credential is the one that Kong names beside the consumer", () => {
  const alice = { id: ID, username: "alice" };
  expect(caller(alice, { "x-credential-identifier": "c-1" }).credential).toBe("c-1");
  expect("credential" in caller(alice)).toBe(false);
});
