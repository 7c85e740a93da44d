import { issuesOf, load, MINIMAL, removeDirectories } from "./support";

afterAll(removeDirectories);

const KEY = "k".repeat(32);

test.each([
  [`{ key: ${KEY} }`, []],
  [`{ key: ${KEY}, kind: postgres, url: "postgresql://a@b/c", schema: audit }`, []],
  ["{ key: short }", ["audit.key: must have 32 characters or more"]],
  [`{ key: ${KEY}, kind: postgres }`, ["audit.kind: `postgres` needs `url`"]],
  [`{ key: ${KEY}, url: "postgresql://a@b/c" }`, ["audit.url: has no effect: `kind` is file"]],
  [
    `{ key: ${KEY}, kind: postgres, url: "postgresql://a@b/c", directory: d }`,
    ["audit.directory: has no effect: `kind` is postgres"],
  ],
  [
    `{ key: ${KEY}, kind: postgres, url: "postgresql://a@b/c", schema: "a-b" }`,
    ["audit.schema: must have 1 to 40 of a-z, 0-9 and _, not beginning with a digit"],
  ],
  ["{}", ["audit.key: "]],
])("audit: %s", async (section, issues) => {
  const found = issuesOf(await load(`${MINIMAL}audit: ${section}\n`, {}));
  expect(found.filter((it) => it.includes("audit"))).toEqual(issues.map((it) => expect.stringContaining(it)));
});
