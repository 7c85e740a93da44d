import { type CallerEvidence, callerOf } from "../../envoy/caller";
import type { CallerConfig } from "../../plugins/config";

const config = (kind: CallerConfig["kind"]): CallerConfig => ({
  kind,
  jwt: {
    metadata_key: "jwt",
    subject_claim: "sub",
    issuer_claim: "iss",
    team_claim: "team",
    groups_claim: "groups",
    tags_claim: "tags",
  },
  api_key: { header: "x-client-id" },
  header: { id: "x-caller-id", team: "x-caller-team", groups: "x-caller-groups", tags: "x-caller-tags" },
});
const read = (kind: CallerConfig["kind"], it: Partial<CallerEvidence> = {}) =>
  callerOf(config(kind), { headers: {}, address: "192.0.2.7:4321", jwt: undefined, certificate: [], ...it });

describe("callerOf", () => {
  const forged = { "x-caller-id": "root", "x-client-id": "root", "x-caller-groups": "admins" };

  test.each(["none", "jwt", "mtls"] as const)("%s does not believe headers", (kind) => {
    expect(read(kind, { headers: forged })).toEqual({
      id: "ip:192.0.2.7",
      anonymous: true,
      groups: [],
      tags: [],
      ip: "192.0.2.7",
    });
  });

  test("jwt: issuer and subject name the caller", () => {
    expect(read("jwt", { jwt: { sub: "alice", iss: "https://idp", team: "red", groups: ["a", "b", 3], tags: "x y,z" } })).toEqual(
      {
        id: "jwt:https://idp|alice",
        anonymous: false,
        team: "red",
        groups: ["a", "b"],
        tags: ["x", "y", "z"],
        ip: "192.0.2.7",
      },
    );
  });

  test.each([{}, { sub: "" }, { sub: 7 }, { iss: "https://idp" }, [], "sub", null])(
    "jwt without a subject (%j) is anonymous",
    (jwt) => {
      expect(read("jwt", { jwt }).anonymous).toBe(true);
    },
  );

  test.each([
    [["spiffe://a/b", undefined, "CN=x"], "mtls:|spiffe://a/b"],
    [[undefined, "client.example", undefined], "mtls:|client.example"],
    [["", undefined, "CN=x"], "mtls:|CN=x"],
    [[undefined, undefined, ""], "ip:192.0.2.7"],
    [[], "ip:192.0.2.7"],
  ])("mtls %j", (certificate, id) => {
    expect(read("mtls", { certificate }).id).toBe(id);
  });

  test("api_key and header read exactly the headers config names", () => {
    expect(read("api_key", { headers: forged }).id).toBe("api_key:|root");
    expect(read("header", { headers: { ...forged, "x-caller-team": "red" } })).toMatchObject({
      id: "header:|root",
      team: "red",
      groups: ["admins"],
    });
    expect(read("header", { headers: { "x-client-id": "root" } }).anonymous).toBe(true);
  });

  test.each([
    ["192.0.2.7:4321", "192.0.2.7"],
    ["[2001:db8::1]:4321", "2001:db8::1"],
    ["/tmp/client.sock", "/tmp/client.sock"],
  ])("address %s", (address, ip) => {
    expect(read("none", { address }).ip).toBe(ip);
  });
});
