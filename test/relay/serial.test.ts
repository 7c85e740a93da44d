import fc from "fast-check";
import { Serial } from "../../plugins/relay/serial";
import { someTurns } from "./upstream/support";

interface Heard {
  readonly serial: Serial;
  idle: number;
  readonly thrown: unknown[];
}

function made(): Heard {
  const heard: { idle: number; thrown: unknown[] } = { idle: 0, thrown: [] };
  const serial = new Serial({
    onIdle: () => {
      heard.idle += 1;
    },
    onThrown: (thrown) => heard.thrown.push(thrown),
  });
  return Object.assign(heard, { serial });
}

test("synchronous jobs run at once, and nobody is told of idleness", () => {
  const heard = made();
  const done: number[] = [];
  for (const job of [1, 2, 3]) heard.serial.add(() => void done.push(job));
  expect([done, heard.serial.busy, heard.idle]).toEqual([[1, 2, 3], false, 0]);
});

test("behind one that takes time, all wait for their turn, also those that came while it ran", async () => {
  const heard = made();
  const done: string[] = [];
  let go = (): void => {};
  heard.serial.add(
    () =>
      new Promise<void>((resolve) => {
        go = () => {
          done.push("slow");
          resolve();
        };
      }),
  );
  heard.serial.add(() => {
    done.push("next");
    heard.serial.add(() => void done.push("from within"));
  });
  heard.serial.add(async () => void done.push("last"));
  expect([done, heard.serial.busy]).toEqual([[], true]);
  go();
  await someTurns();
  expect([done, heard.serial.busy, heard.idle]).toEqual([["slow", "next", "last", "from within"], false, 1]);
});

test("any mixture keeps its order, and each time it waited, idleness is told once", async () => {
  const mixture = fc.array(fc.record({ turns: fc.integer({ min: 0, max: 3 }), pause: fc.boolean() }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(mixture, async (jobs) => {
      const heard = made();
      const done: number[] = [];
      let waited = 0;
      for (const [index, { turns, pause }] of jobs.entries()) {
        if (!heard.serial.busy && turns > 0) waited += 1;
        heard.serial.add(() => (turns === 0 ? void done.push(index) : someTurns(turns).then(() => void done.push(index))));
        if (pause) await someTurns(2);
      }
      while (heard.serial.busy) await someTurns(1);
      expect(done).toEqual(jobs.map((_, index) => index));
      expect([heard.idle, heard.thrown]).toEqual([waited, []]);
    }),
    { seed: 5, numRuns: 50 },
  );
});

describe("a job that throws is told, and is the last one", () => {
  const failure = new Error("a bug");
  const wrong: readonly (readonly [string, () => void | Promise<void>])[] = [
    [
      "at once",
      () => {
        throw failure;
      },
    ],
    ["later", () => someTurns(2).then(() => Promise.reject(failure))],
  ];

  test.each(wrong)("alone, %s", async (_name, job) => {
    const heard = made();
    const later = jest.fn();
    heard.serial.add(job);
    heard.serial.add(later);
    await someTurns();
    expect(heard.thrown).toEqual([failure]);
    expect([later.mock.calls.length, heard.idle]).toEqual([0, 0]);
  });

  test.each(wrong)("behind another, %s", async (_name, job) => {
    const heard = made();
    const later = jest.fn();
    heard.serial.add(() => someTurns(1));
    heard.serial.add(job);
    heard.serial.add(later);
    await someTurns();
    expect(heard.thrown).toEqual([failure]);
    expect([later.mock.calls.length, heard.idle]).toEqual([0, 0]);
  });
});
