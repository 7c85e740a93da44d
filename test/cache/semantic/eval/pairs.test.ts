import { readPairs } from "../../../../plugins/cache/semantic/eval/pairs";

test("pairs are read, other fields are left alone", () => {
  const text = JSON.stringify([{ a: "x", b: "y", same: true, about: "mine", __proto__: 1 }]);
  expect(readPairs(text, "p.json")).toEqual([{ a: "x", b: "y", same: true }]);
});

test.each([
  ["{", "p.json: not JSON; expected a list like"],
  ["{}", "p.json: not a list"],
  ["[]", "p.json: an empty list"],
  ["[1]", "p.json: pair 1 is not an object"],
  ["[null]", "p.json: pair 1 is not an object"],
  ["[[]]", "p.json: pair 1 is not an object"],
  ['[{"a":"x","b":"y","same":true},{"a":"x","b":"y"}]', 'p.json: pair 2: "same" must be true'],
  ['[{"a":"x","b":"y","same":"yes"}]', 'p.json: pair 1: "same" must be true'],
  ['[{"a":"x","same":true}]', 'p.json: pair 1: "b" must be a question'],
  ['[{"a":" ","b":"y","same":true}]', 'p.json: pair 1: "a" must be a question'],
  ['[{"a":1,"b":"y","same":true}]', 'p.json: pair 1: "a" must be a question'],
])("%s is refused", (text, message) => {
  expect(() => readPairs(text, "p.json")).toThrow(message);
});
