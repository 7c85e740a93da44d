import { kongFields } from "../../kong/schema/convert";
import { checkRedact } from "../../plugins/redact/check";
import { redactSchema } from "../../plugins/redact/config";

const faults = (settings: object) => checkRedact(redactSchema.parse(settings), { providers: ["own"] });

test.each([
  [{}],
  [{ entities: [{ type: "all" }, { type: "finance", action: "mask" }, { type: "person_name" }], except: ["bic", "network"] }],
  [{ action: "hash", hash_key: "k" }],
  [{ direction: "both", entities: [{ type: "email", response_action: "block" }] }],
  [{ custom: [{ name: "ticket", pattern: "T-[0-9]+" }], entities: [{ type: "ticket", action: "block" }], regions: ["US", "DE"] }],
  [{ analyzers: [{ name: "p", kind: "presidio", presidio: { url: "http://p:1" } }], except: ["organization", "other"] }],
])("%j is fine", (settings) => {
  expect(faults(settings)).toEqual([]);
});

test.each([
  [{ entities: [{ type: "e_mail" }] }, ["entities", 0, "type"], "no entity and no group"],
  [{ entities: [{ type: "email" }, { type: "email" }] }, ["entities", 1, "type"], "twice"],
  [{ except: ["emails"] }, ["except", 0], "no entity and no group"],
  [{ except: ["all"] }, ["except", 0], "no entity and no group"],
  [{ regions: ["us"] }, ["regions", 0], "capital letters"],
  [{ action: "hash" }, ["hash_key"], "needed"],
  [{ direction: "both", entities: [{ type: "email", response_action: "hash" }] }, ["hash_key"], "needed"],
  [{ hash_key: "k" }, ["hash_key"], "no effect"],
  [{ entities: [{ type: "email", response_action: "block" }] }, ["entities", 0, "response_action"], "no effect"],
  [{ entities: [{ type: "email" }], except: ["contact"] }, ["entities"], "nothing to look for"],
  [{ where: [] }, ["where"], "nothing to look at"],
  [{ roles: [] }, ["roles"], "no message"],
  [{ direction: "response", uninspectable: "block" }, ["uninspectable"], "no effect"],
  [{ custom: [{ name: "text", pattern: "a" }] }, ["custom", 0, "name"], "built-in"],
  [{ custom: [{ name: "all", pattern: "a" }] }, ["custom", 0, "name"], "built-in"],
  [{ custom: [{ name: "a", pattern: "(" }], entities: [{ type: "a" }] }, ["custom", 0, "pattern"], "RE2"],
  [{ allow: { patterns: ["("] } }, ["allow", "patterns", 0], "RE2"],
  [
    { analyzers: [{ name: "p", kind: "llm", llm: { provider: "none", model: "m" } }] },
    ["analyzers", 0, "llm", "provider"],
    "own",
  ],
])("%j", (settings, path, message) => {
  expect(faults(settings)).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test("Kong can say the schema, and each field says what it is for", () => {
  const fields = JSON.stringify(kongFields(redactSchema));
  for (const name of ["direction", "entities", "hash_key", "analyzers", "custom", "allow"]) expect(fields).toContain(`"${name}"`);
  expect(fields).toContain("logprobs");
});
