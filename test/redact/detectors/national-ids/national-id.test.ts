import { groups, named, nationalId, written } from "../../../../plugins/redact/detectors/national-ids/national-id";
import { testRows } from "./support";

/** Nine digits, even in sum, the last a 2; written 123-456-782 or 123 456 782 it needs no words. */
const example = nationalId({
  entity: "example",
  description: "For these tests.",
  longest: 11,
  pattern: groups("3 3 3"),
  words: named("クラブ|sports team", "club"),
  isValid: (id) => id.endsWith("2"),
  isUnmistakable: (text) => /^\d{3}([ -])\d{3}\1\d{3}$/.test(text),
});

describe("where an id stands", () => {
  testRows(example, [
    "⟦123-456-782⟧",
    "a ⟦123 456 782⟧ b",
    "⟦123 456 782⟧",
    "⟦123‑456‑782⟧",
    "⟦１２３-４５６-７８２⟧",
    "12 ⟦123-456-782⟧",
    "99 123 456 782",
    "123 456 782 99",
    "⟦123 456 782⟧ 99 with the club",
    "9-123-456-782",
    "x-123-456-782",
    "123-456-782-x",
    "⟦123-456-782⟧ - 7",
    "⟦123-456-782⟧. 7",
    "123-456-782.7",
    "0.123-456-782",
    "⟦123-456-782⟧,⟦223-456-782⟧",
    "⟦123-456-782⟧/⟦223-456-782⟧",
    "123-456 782",
    "123456782",
    "111-111-111",
    "222-222-222",
    "価格⟦123-456-782⟧円",
  ]);
});

describe("words near an id", () => {
  testRows(example, [
    "club ⟦123456782⟧",
    "⟦123456782⟧ of the club",
    "CLUB: ⟦123.456-782⟧",
    "クラブ⟦123456782⟧です",
    "club_id=⟦123456782⟧",
    "clubNo ⟦123456782⟧",
    "clubNumber ⟦123456782⟧",
    "subclub 123456782",
    "clubs_id 123456782",
    "sports_team ⟦123456782⟧",
    "Sports-Team ⟦123456782⟧",
    "sportsTeams ⟦123456782⟧",
    "sports, team 123456782",
    "clubs 123456782",
    "club 7 ⟦123 456 782⟧",
    "club 123 ⟦456 123 782⟧",
    "club 123456783",
    `club ${"-".repeat(70)} 123456782`,
    `123456782 ${"-".repeat(40)} club`,
  ]);
});

describe("a list takes its words from before its first", () => {
  const items = [
    "123456782",
    "223456782",
    "323456782",
    "423456782",
    "523456782",
    "623456782",
    "723456782",
    "823456782",
    "923456782",
  ];
  testRows(example, [
    `club: ${items.map((id) => `⟦${id}⟧`).join(", ")}`,
    `{"club":[${items.map((id) => `"⟦${id}⟧"`).join(",\n  ")}]}`,
    `club: ${items.map((id) => `⟦${id}⟧`).join(" ")} then nothing for long, for very long, for as long as it takes 123456782`,
  ]);
});

describe("how patterns are made", () => {
  test.each([
    ["3 3 4", "943 476 5919"],
    ["3 3 4", "943-476.5919"],
    ["3 3 4", "9434765919"],
  ])("%s is %s", (way, text) => {
    expect(text.match(groups(way))).toEqual([text]);
  });
  test.each([
    ["3 3 4", "94 34765919"],
    ["3 3 4", "943  476 5919"],
    ["3 3 4", "943\n476 5919"],
    ["3 3 4", "1943 476 5919"],
  ])("%s is not %s", (way, text) => {
    expect(text.match(groups(way))).toBeNull();
  });
  test("one of several ways", () => {
    expect("12 3456, 1 23456, 123 456".match(groups("2 4", "1 5"))).toEqual(["12 3456", "1 23456"]);
  });
  test("letters in any case, unless said otherwise", () => {
    expect("ab1 AB1".match(written("AB\\d"))).toEqual(["ab1", "AB1"]);
    expect("ab1 AB1".match(written("AB\\d", "g"))).toEqual(["AB1"]);
  });
});
