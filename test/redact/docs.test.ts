import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DETECTORS } from "../../plugins/redact/detectors";
import { LONGEST_PLACEHOLDER } from "../../plugins/redact/placeholder";
import { USUAL_HOLD } from "../../plugins/redact/window-size";

const PAGE = readFileSync(join(__dirname, "../../docs/redaction.md"), "utf8");

test.each(DETECTORS.map((it) => [it.entity, it] as const))(
  "docs/redaction.md lists %s under its group",
  (entity, { group, optIn }) => {
    const line = PAGE.split("\n").find((it) => it.startsWith(`| \`${group}\` |`));
    expect(line).toContain(`\`${entity}\`${optIn === true ? "*" : ""}`);
  },
);

test("it states how much of streams is held back", () => {
  expect(PAGE).toContain(`at most ${LONGEST_PLACEHOLDER} characters`);
  expect(PAGE).toContain(`up to ${USUAL_HOLD} characters`);
});
