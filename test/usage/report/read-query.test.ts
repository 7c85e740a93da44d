import { type Asked, readQuery } from "../../../plugins/usage/report/read-query";

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const read = (it: Partial<Asked>) => readQuery({ where: [], ...it }, NOW);

test("nothing asked: thirty days, one total", () => {
  expect(read({})).toEqual({ from: NOW - 30 * DAY, to: NOW, groupBy: [], where: {} });
});

test.each([
  [{ since: "12h" }, NOW - DAY / 2, NOW],
  [{ since: "90m" }, NOW - 90 * 60_000, NOW],
  [{ since: "2w" }, NOW - 14 * DAY, NOW],
  [{ since: "999999d" }, 0, NOW],
  [{ since: "1d", to: "2026-11-02" }, Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)],
  [{ from: "2026-11-01", to: "2026-11-02" }, Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)],
  [{ from: "2026-11-01T06:30" }, Date.UTC(2026, 10, 1, 6, 30), NOW],
  [{ from: "2026-11-01T06:30:15.5+02:00" }, Date.UTC(2026, 10, 1, 4, 30, 15, 500), NOW],
  [{ from: "1762000000000" }, 1_762_000_000_000, NOW],
])("%j", (asked, from, to) => {
  expect(read(asked)).toMatchObject({ from, to });
});

test("groups and filters: `user` is the caller, repeated values are any of them", () => {
  const where = [
    ["user", "a"],
    ["caller", "b"],
    ["session", "s"],
    ["model", "x,y"],
  ] as const;
  expect(read({ groupBy: "model, user,feature,user", where, limit: "5" })).toMatchObject({
    groupBy: ["model", "caller", "feature"],
    where: { caller: ["a", "b"], session: ["s"], model: ["x,y"] },
    limit: 5,
  });
});

test.each([
  [{ since: "1d", from: "2026-11-01" }, "one of them"],
  [{ since: "1y" }, "30d"],
  [{ since: "-1d" }, "30d"],
  [{ from: "yesterday" }, "from must be a time"],
  [{ to: "2026-13-40" }, "to must be a time"],
  [{ from: "2026-11-21" }, "before"],
  [{ groupBy: "model,colour" }, `"colour"; known: model`],
  [{ where: [["day", "x"]] as const }, `"day" to filter by`],
  [{ where: [["__proto__", "x"]] as const }, `"__proto__"`],
  [{ limit: "0" }, "1 to 10000"],
  [{ limit: "1e3" }, "1 to 10000"],
])("%j is refused", (asked, message) => {
  expect(() => read(asked)).toThrow(message);
});
