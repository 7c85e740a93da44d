import { Closers } from "../../cli/start/closers";

test("what was started last is stopped first, one after the other, once", async () => {
  const closers = new Closers();
  const done: string[] = [];
  for (const name of ["first", "second", "third"]) {
    closers.add(async () => {
      await Promise.resolve();
      done.push(name);
    });
  }
  await Promise.all([closers.close(), closers.close()]);
  expect(done).toEqual(["third", "second", "first"]);
});

test("what is added while or after closing is stopped as well", async () => {
  const closers = new Closers();
  const done: string[] = [];
  closers.add(async () => {
    closers.add(() => {
      done.push("late");
    });
    done.push("early");
  });
  await closers.close();
  closers.add(() => {
    done.push("after");
  });
  await closers.close();
  expect(done).toEqual(["early", "late", "after"]);
});

test("a failure to stop is said and keeps nothing else running", async () => {
  const said = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const closers = new Closers();
  const done: string[] = [];
  closers.add(() => {
    done.push("other");
  });
  closers.add(() => Promise.reject(new Error("stuck")));
  await closers.close();
  expect(done).toEqual(["other"]);
  expect(said.mock.calls).toEqual([["while stopping: stuck"]]);
  said.mockRestore();
});
