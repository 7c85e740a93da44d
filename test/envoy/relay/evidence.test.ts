/** Envoy tells the relay in headers what it tells ext_proc in attributes and metadata: the caller must come out the same. */
import fc from "fast-check";
import { type CallerEvidence, callerOf } from "../../../envoy/caller";
import { attributesOf, callerEvidence } from "../../../envoy/evidence";
import { ATTRIBUTES, JWT_NAMESPACE } from "../../../envoy/metadata";
import { relayEvidence } from "../../../envoy/relay/evidence";
import { CALLER_HEADERS } from "../../../envoy/relay/headers";
import type { CallerConfig } from "../../../plugins/config";
import { readHead } from "../../../plugins/relay";
import { decodeRequest } from "../../../proto/decode-request";
import { envoy } from "../../../proto/generated/messages";
import { readHeaders } from "../../../proto/header-map";
import { toStruct } from "../../../proto/struct";

const { ProcessingRequest } = envoy.service.ext_proc.v3;

const KINDS = ["none", "jwt", "api_key", "mtls", "header"] as const;

function config(kind: CallerConfig["kind"]): CallerConfig {
  return {
    kind,
    jwt: {
      metadata_key: "payload",
      subject_claim: "sub",
      issuer_claim: "iss",
      team_claim: "https://claims.test/team",
      groups_claim: "groups",
      tags_claim: "tags",
    },
    api_key: { header: "x-client-id" },
    header: { id: "x-caller-id", team: "x-caller-team", groups: "x-caller-groups", tags: "x-caller-tags" },
  };
}

interface Situation {
  readonly address: string;
  /** Bytes, one each character. */
  readonly headers: readonly (readonly [string, string])[];
  readonly jwt?: Readonly<Record<string, unknown>> | undefined;
  readonly certificate?: readonly [string, string, string] | undefined;
}

function throughExtProc(caller: CallerConfig, it: Situation): CallerEvidence {
  const [uri, dns, subject] = it.certificate ?? [];
  const names = { [ATTRIBUTES.uriSan]: uri, [ATTRIBUTES.dnsSan]: dns, [ATTRIBUTES.subject]: subject };
  const attributes = { [ATTRIBUTES.sourceAddress]: it.address, ...(caller.kind === "mtls" ? names : {}) };
  const metadata = it.jwt === undefined ? {} : { [JWT_NAMESPACE]: toStruct({ [caller.jwt.metadata_key]: it.jwt }) };
  const message = {
    requestHeaders: {
      headers: { headers: it.headers.map(([key, value]) => ({ key, rawValue: Buffer.from(value, "latin1") })) },
    },
    attributes: { "envoy.filters.http.ext_proc": toStruct(attributes) },
    metadataContext: { filterMetadata: metadata },
  };
  const request = decodeRequest(ProcessingRequest.encode(message).finish());
  return callerEvidence(caller, request, readHeaders(request.requestHeaders?.headers), attributesOf(request));
}

/** As the generated routes set them; a header without value is left out, as Envoy does. */
function throughRelay({ kind }: CallerConfig, it: Situation): CallerEvidence {
  const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  const [uri = "", dns = "", subject = ""] = it.certificate ?? [];
  const set: (readonly [string, string])[] = [
    [CALLER_HEADERS.address, it.address],
    [CALLER_HEADERS.jwt, kind === "jwt" && it.jwt !== undefined ? bytes(JSON.stringify(it.jwt)) : ""],
    [CALLER_HEADERS.uriSan, kind === "mtls" ? bytes(uri) : ""],
    [CALLER_HEADERS.dnsSan, kind === "mtls" ? bytes(dns) : ""],
    [CALLER_HEADERS.subject, kind === "mtls" ? bytes(subject) : ""],
  ];
  const raw = [...it.headers, ...set.filter(([, value]) => value !== "")].flat();
  return relayEvidence(head(raw));
}

function head(rawHeaders: string[]) {
  return readHead({ method: "POST", url: "/", rawHeaders });
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "-", "a\r\nb: c", "zoë ✓", "a b,c", "\u007f"),
);
const claim = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(text, fc.integer()), { maxLength: 4 }),
);
const claims = fc.record(
  { sub: claim, iss: claim, "https://claims.test/team": claim, groups: claim, tags: claim, other: claim },
  { requiredKeys: [] },
);
const value = fc.oneof(fc.string({ unit: "grapheme-ascii" }), fc.constant("zo\u00c3\u00ab"), fc.constant("\u00ff, x"));
const headers = fc.array(
  fc.tuple(
    fc.constantFrom("x-client-id", "x-caller-id", "x-caller-team", "x-caller-groups", "x-caller-tags", "__proto__"),
    value,
  ),
  { maxLength: 6 },
);
const situation = fc.record(
  {
    address: fc.constantFrom("192.0.2.7:4321", "[2001:db8::1]:1", "/run/client.sock"),
    headers,
    jwt: claims,
    certificate: fc.tuple(text, text, text),
  },
  { requiredKeys: ["address", "headers"] },
);

test.each(KINDS)("%s: the same caller both ways", (kind) => {
  const known = new Set<boolean>();
  fc.assert(
    fc.property(situation, (it) => {
      const caller = callerOf(config(kind), throughRelay(config(kind), it));
      expect(caller).toEqual(callerOf(config(kind), throughExtProc(config(kind), it)));
      known.add(caller.anonymous);
    }),
    { seed: 11, numRuns: 500 },
  );
  // The property has seen callers with and without a name.
  expect(known).toEqual(new Set(kind === "none" ? [true] : [true, false]));
});

test("what the relay is told is no header of the client's any more", () => {
  const { client, own } = head(["Host", "h", "x-graft-policy", "p", "X-Graft-Token", "t", "x-graft-anything", "1", "x", "2"]);
  expect(client).toEqual(Object.assign(Object.create(null), { host: "h", x: "2" }));
  expect(Object.keys(own)).toEqual(["x-graft-policy", "x-graft-token", "x-graft-anything"]);
});

test.each(["", "{", "7", '"sub"', "null", "[]"])("a payload that is no object (%s) names nobody", (payload) => {
  const evidence = relayEvidence(head([CALLER_HEADERS.jwt, payload, CALLER_HEADERS.address, "192.0.2.7:1"]));
  expect(callerOf(config("jwt"), evidence)).toMatchObject({ anonymous: true, id: "ip:192.0.2.7" });
});
