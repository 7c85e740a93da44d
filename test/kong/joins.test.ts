import { Joins } from "../../kong/joins";
import { recordOf } from "./record";

function wanted() {
  const joins = new Joins();
  joins.want();
  const joined: string[] = [];
  const kong = (id: string): void => joins.kong(id, ({ request_id }) => joined.push(`${id}=${request_id}`));
  return { joins, joined, kong };
}

test("Graft first, or Kong first: joined once", () => {
  const { joins, joined, kong } = wanted();
  joins.record(recordOf("a"));
  kong("b");
  expect(joined).toEqual([]);
  kong("a");
  joins.record(recordOf("b"));
  expect(joined).toEqual(["a=a", "b=b"]);
  joins.record(recordOf("b"));
  kong("a");
  expect(joined).toHaveLength(2);
});

test("nothing is kept until somebody wants it", () => {
  const joins = new Joins();
  const joined: string[] = [];
  joins.record(recordOf("a"));
  joins.kong("a", ({ request_id }) => joined.push(request_id));
  expect(joined).toEqual([]);
  joins.want();
  joins.record(recordOf("a"));
  expect(joined).toEqual(["a"]);
});

test("ten thousand wait on either side; of more, the oldest is given up", () => {
  const { joins, joined, kong } = wanted();
  for (let id = 0; id <= 10_000; id += 1) joins.record(recordOf(`g${id}`));
  for (let id = 0; id <= 10_000; id += 1) kong(`k${id}`);
  kong("g0");
  joins.record(recordOf("k0"));
  expect(joined).toEqual([]);
  kong("g10000");
  joins.record(recordOf("k10000"));
  expect(joined).toEqual(["g10000=g10000", "k10000=k10000"]);
});
