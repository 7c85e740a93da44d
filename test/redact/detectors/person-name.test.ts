import { personName } from "../../../plugins/redact/detectors/person-name";
import { found, table } from "./support";

describe("found", () => {
  table(personName, [
    ["Please call Maria Gonzalez about it", "Maria Gonzalez"],
    ["Mr. Smithers left", "Smithers"],
    ["Dr. Anna-Lena von der Heide wrote", "Anna-Lena von der Heide"],
    ["my name is Zbyszko Wiśniewski", "Zbyszko Wiśniewski"],
    ["Ich heiße Ünal Öztürk.", "Ünal Öztürk"],
    ["je m'appelle Aurélien Dupont", "Aurélien Dupont"],
    ["patient: Obafemi Adeyemi", "Obafemi Adeyemi"],
    ["Hi Thomas, how are you?", "Thomas"],
    ["Dear Sarah O'Connor", "Sarah O'Connor"],
    ["John F. Kennedy's speech", "John F. Kennedy"],
  ]);
});

describe("not found", () => {
  table(personName, [
    ["The Quick Brown Fox"],
    ["New York and Los Angeles"],
    ["Error: Cannot Read Property"],
    ["const Foo = new Bar()"],
    ["maria gonzalez"],
    ["JOHN"],
  ]);
});

test("precision and recall on sentences of all sorts, as the description states them", () => {
  const sentences: readonly (readonly [string, ...string[]])[] = [
    ["Yesterday Robert Fischer met Chidi Okonkwo at the Hilton.", "Robert Fischer", "Chidi Okonkwo"],
    ["The invoice was approved by Karen Whitfield and sent to Ngozi.", "Karen Whitfield", "Ngozi"],
    ["Martin Luther King Boulevard is closed."],
    ["Ask Priya or Sven whether Deutsche Bank replied.", "Priya", "Sven"],
    ["St. Peter Basilica is in Rome."],
    ["Mrs. Abernathy and Prof. Yamaguchi signed.", "Abernathy", "Yamaguchi"],
    ["Meeting notes: Lucas Silva, Grace Hopper, Tanaka Hiroto.", "Lucas Silva", "Grace Hopper", "Tanaka Hiroto"],
    ["Kubernetes runs on Google Cloud and Azure."],
    ["Customer: Oluwaseun Balogun; agent: Will Turner.", "Oluwaseun Balogun", "Will Turner"],
    ["Herr Krause hat Frau Yıldız angerufen.", "Krause", "Yıldız"],
    ["Victoria is a state in Australia."],
    ["Signed, Joanna Kowalska and Bjarne.", "Joanna Kowalska", "Bjarne"],
  ];
  let right = 0;
  let given = 0;
  let all = 0;
  for (const [sentence, ...names] of sentences) {
    const seen = found(personName, sentence);
    right += names.filter((name) => seen.includes(name)).length;
    given += seen.length;
    all += names.length;
  }
  console.info(
    `person_name: ${right} of ${all} names found, ${given} findings: recall ${(right / all).toFixed(2)}, precision ${(right / given).toFixed(2)}`,
  );
  expect(right / all).toBeGreaterThanOrEqual(0.5);
  expect(right / given).toBeGreaterThanOrEqual(0.7);
});
