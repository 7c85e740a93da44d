import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineWriter } from "../../plugins/observe/line-writer";

const directory = mkdtempSync(join(tmpdir(), "graft-lines-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("a file gets every line, in order", async () => {
  const path = join(directory, "file");
  const fd = openSync(path, "w");
  const writer = new LineWriter(fd);
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} — ünïcödé\n`);
  for (const line of lines) writer.write(line);
  await writer.close();
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe(lines.join(""));
  expect(writer.dropped).toBe(0);
});
