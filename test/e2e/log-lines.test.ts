/** The log's writer on a real pipe: with a reader that keeps up, one that does not read, and one that is gone. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./support/stack";

const MODULE = join(ROOT, "dist/plugins/observe/line-writer.js");

/** Writes `count` lines to its standard output, then says on standard error how many were given up. */
function writer(count: number, bound: number): ChildProcess {
  const program = `
    const { LineWriter } = require(${JSON.stringify(MODULE)});
    const lines = new LineWriter(1, ${bound});
    let index = 0;
    const some = () => {
      for (let n = 0; n < 100 && index < ${count}; n += 1) lines.write("line " + index++ + " " + "x".repeat(80) + "\\n");
      if (index < ${count}) setImmediate(some);
      else {
        process.stderr.write("dropped " + lines.dropped + "\\n");
        lines.close().then(() => process.exit(0));
      }
    };
    some();`;
  return spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "pipe"] });
}

function dropped(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    let text = "";
    child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      const found = /dropped (\d+)/.exec(text);
      if (found !== null) resolve(Number(found[1]));
    });
  });
}

test("a reader that keeps up gets every line in order, the last ones before the end", async () => {
  const child = writer(20_000, 8_000_000);
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  expect(await dropped(child)).toBe(0);
  await new Promise((resolve) => child.once("close", resolve));
  const numbers = text
    .trimEnd()
    .split("\n")
    .map((line) => Number(line.split(" ")[1]));
  expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, index) => index));
}, 20_000);

test("a reader that does not read costs lines, counted, and never stops the process", async () => {
  const child = writer(20_000, 100_000);
  expect(await dropped(child)).toBeGreaterThan(10_000);
  child.kill("SIGKILL");
}, 20_000);

test("a reader that is gone is no error", async () => {
  const child = writer(20_000, 100_000);
  child.stdout?.destroy();
  expect(await dropped(child)).toBeGreaterThan(10_000);
  child.kill("SIGKILL");
}, 20_000);
