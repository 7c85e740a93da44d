import fc from "fast-check";
import { agrees, type Ground, LONGEST_QUESTION } from "../../../../plugins/cache/semantic/agreement";
import { loadPairs } from "../support/pair-files";

const DIFFERENT: readonly [Ground, string, string][] = [
  ["code", "What does 😀 mean?", "What does 😂 mean?"],
  ["code", "What is x + y?", "What is x - y?"],
  ["code", "What is 2 * 3?", "What is 2 / 3?"],
  ["code", "What is 3 > 2?", "What is 3 < 2?"],
  ["code", "Is `x` set?", "Is `X` set?"],
  ["code", "Does -v print the version?", "Does -V print the version?"],
  ["dates", "Is the vet open today?", "Is the vet open tomorrow?"],
  ["direction", "Who did Alice call?", "Who called Alice?"],
  ["direction", "What should I tell my boss about my coworker?", "What should I tell my coworker about my boss?"],
  ["direction", "Who works for Bob?", "Who does Bob work for?"],
  ["direction", "Is the doctor's patient sick?", "Is the patient's doctor sick?"],
  ["direction", "Why is it not Monday but Tuesday?", "Why is it Monday but not Tuesday?"],
  ["direction", "Can all users not log in?", "Can not all users log in?"],
  ["direction", "Why are all users not admins?", "Why are not all users admins?"],
  ["direction", "Is it safe not to take aspirin?", "Is it not safe to take aspirin?"],
  ["direction", "Why is it safe not to take aspirin?", "Why is it not safe to take aspirin?"],
  ["direction", "How do I complain to the manager?", "How do I complain about the manager?"],
  [
    "direction",
    "If it rains, should I go and if it snows, should I stay?",
    "If it snows, should I go and if it rains, should I stay?",
  ],
  ["direction", "How do I eat with a fork and drink with a cup?", "How do I eat with a cup and drink with a fork?"],
  ["direction", "Is a man with a dog near a woman with a cat?", "Is a man with a cat near a woman with a dog?"],
  ["direction", "What is the rate of transfer to Bob from Alice?", "What is the transfer rate from Bob to Alice?"],
  ["direction", "Can I eat 2 apples and 3 pears?", "Can I eat 3 apples and 2 pears?"],
  ["direction", "Are all cats mammals?", "Are all mammals cats?"],
  ["direction", "Is a cat in a box?", "Is a box in a cat?"],
  ["direction", "Only admins can delete files?", "Admins can only delete files?"],
  ["direction", "Is 10 bigger than 9?", "Is 9 bigger than 10?"],
  ["direction", "What did Alice send to Bob?", "What did Bob send to Alice?"],
  ["direction", "What did Alice get from Bob?", "What did Alice get Bob?"],
  ["direction", "Was Alice beaten by Bob?", "Was Alice beaten Bob?"],
  ["direction", "Is Paris north of Rome?", "Is Rome north of Paris?"],
  ["direction", "I don't want sugar in my tea recipe, with milk", "I want sugar in my tea recipe, not with milk"],
  ["direction", "What is ibuprofen?", "What is in ibuprofen?"],
  ["direction", "What is garam masala?", "What's in garam masala?"],
  ["direction", "Is sugar in honey?", "Is sugar honey?"],
  ["direction", "What is in the box?", "What is on the box?"],
  ["direction", "Can I work as a doctor?", "Can I work with a doctor?"],
  ["direction", "What has Bob done for Alice?", "What has Alice done for Bob?"],
  ["direction", "Is Rome in Italy?", "Is Italy in Rome?"],
  ["direction", "Does the plan cover dental for kids?", "Does the plan for kids cover dental?"],
  ["direction", "Is the app free for teams with students?", "Is the app with students free for teams?"],
  ["direction", "Show me flights to Paris", "Show me flights from Paris"],
  ["direction", "I lost the key to the car", "I lost the car to the key"],
  ["direction", "How do I give my dog to my cat?", "How do I give my cat to my dog?"],
  ["entities", "How old is Will Smith?", "How old is Smith?"],
  ["entities", "Was ist die Hauptstadt von Bayern?", "Was ist die Hauptstadt von Hessen?"],
  ["entities", "How do I install Windows?", "How do I install window?"],
  ["entities", "How do I fix it in the US?", "How do I fix it?"],
  ["entities", "Did Brazil or France win?", "Did Brazil or Spain win?"],
  ["modality", "Must I pay?", "Can I pay?"],
  ["modality", "When can I apply?", "When should I apply?"],
  ["modality", "What will happen to gold prices?", "What happened to gold prices?"],
  ["negation", "What happens if I pay?", "What happens unless I pay?"],
  ["negation", "Is it true that cats can't swim?", "Is it true that cats can swim?"],
  ["negation", "Is it true that no cats swim?", "Is it true that cats swim?"],
  ["negation", "Should I take it with food?", "Should I take it without food?"],
  ["numbers", "Is -5 a valid value?", "Is 5 a valid value?"],
  ["numbers", "Is 0.5 enough?", "Is 5 enough?"],
  ["numbers", "Is 1,5 the value?", "Is 15 the value?"],
  ["numbers", "Do I need to file a 1099?", "Do I need to file a W-2?"],
  ["numbers", "What did the 3rd president do?", "What did the 3 presidents do?"],
  ["persons", "Does she love him?", "Does he love her?"],
  ["persons", "Can you call me?", "Can I call you?"],
  ["persons", "Can I pay my landlord?", "Can my landlord pay me?"],
  ["persons", "What is your refund policy?", "What is my refund policy?"],
  ["persons", "Who loves me?", "Who do I love?"],
  ["persons", "Who can I see?", "Who can see me?"],
  ["persons", "Who do I report to?", "Who reports to me?"],
  ["persons", "How do I start?", "How does it start?"],
  ["persons", "What do I eat?", "What eats?"],
  ["persons", "What do you charge me?", "What do I charge you?"],
  ["persons", "How much do I owe you?", "How much do you owe me?"],
  ["persons", "Can I leave my baby alone?", "Can my baby leave me alone?"],
  ["question", "Write a cover letter", "How do I write a cover letter?"],
  ["words", "Translate this sentence to German", "How do I translate this sentence to German?"],
  ["question", "How do plants eat?", "What do plants eat?"],
  ["question", "Is she a model?", "Does she model?"],
  ["question", "Will it rain in Rome?", "Does it rain in Rome?"],
  ["question", "Has Bob a car?", "Is Bob a car?"],
  ["question", "What is agile?", "Who is agile?"],
  ["question", "Which plants are poisonous to cats?", "plants are poisonous to cats"],
  ["tense", "Why was my card declined?", "Why is my card declined?"],
  ["units", "Is it 5 pm?", "Is it 5 am?"],
  ["units", "What is 10% of 50?", "What is 10 of 50?"],
  ["units", "How much is $5?", "How much is €5?"],
  ["urls", "Which file is in ./a/b.txt?", "Which file is in ./a/c.txt?"],
  ["words", "What is the difference between remove and delete?", "What is the difference between delete and erase?"],
  ["words", "Where can I buy glasses?", "Where can I buy glass?"],
  ["words", "When is the next training?", "When is the next train?"],
  ["words", "Where is the parking?", "Where is the park?"],
  ["words", "Is A or B better?", "Is A and B better?"],
  ["words", "What is on the table?", "What is under the table?"],
  ["words", "How do I log in?", "How do I log out?"],
  ["words", "How do I opt in?", "How do I opt out?"],
  ["words", "Where is he?", "Where is she?"],
  ["words", "Kann ich mit Hund reisen?", "Kann ich ohne Hund reisen?"],
  ["words", "¿Puedo pagar con tarjeta?", "¿No puedo pagar con tarjeta?"],
  ["words", "北京的天气怎么样?", "上海的天气怎么样?"],
  ["words", "Does anyone sell this?", "Does anyone buy this?"],
  ["words", "email bob about carol", "email carol about bob"],
  ["words", "alice vs bob", "bob vs alice won"],
  ["words", "Is Bob a doctor?", "Does Bob have a doctor?"],
  ["words", "Is she a lawyer?", "Does she have a lawyer?"],
  ["words", "What does a manager do?", "What is a manager?"],
  ["words", "How well does it work?", "How does it work?"],
  ["words", "Can I contest a will?", "Can I contest?"],
  ["words", "Should I open a can?", "Should I open a?"],
  ["entities", "Haben Sie Geld mit?", "Haben sie Geld mit?"],
  ["placeholders", "Who is <PERSON_1>?", "Who is <PERSON_2>?"],
  ["urls", "What is on https://a.example/x?", "What is on https://a.example/y?"],
  ["urls", "Who reads info@a.example?", "Who reads info@b.example?"],
  ["quotes", 'What does "on hold" mean?', 'What does "On hold" mean?'],
  ["quotes", "What does ‘on hold’ mean?", "What does ‘on hand’ mean?"],
  ["dates", "Is it open on 3 May?", "Is it open on 4 May?"],
  ["dates", "Is it open in March?", "Is it open in May?"],
  ["dates", "Was it open on 03/04/2026?", "Was it open on 04/03/2026?"],
];

const SAME: readonly [string, string][] = [
  ["What's 25 percent of 1,000?", "What is twenty-five percent of 1000?"],
  ["Was there an outage on March 3rd, 2026?", "Was there an outage on 3 March 2026?"],
  ["Was there an outage on 2026-03-03?", "Was there an outage on March 3, 2026?"],
  ["What is the rate of inflation?", "What is the inflation rate?"],
  ["Why isn't my printer working?", "Why is my printer not working?"],
  ["In Paris, what is the weather today?", "What is the weather today in Paris?"],
  ["HOW DO I RESET MY PASSWORD", "how do i reset my password"],
  ["Distance between Paris and Rome", "Distance between Rome and Paris"],
  ["How do I cancel, please?", "Hi, how can I cancel?"],
  ["Was ist die Hauptstadt von Bayern?", "was ist die Hauptstadt von Bayern"],
  ["北京的天气怎么样?", "北京的天气怎么样？"],
  ["How do I turn off the lights?", "How do I disable the lights?"],
  ["What's 10 percent of 50?", "What is 10% of 50?"],
  ["Can I get a refund?", "Is it possible to get a refund?"],
  ["Can dogs eat grapes?", "Are dogs allowed to eat grapes?"],
  ["What does “on hold” mean?", 'What does "on hold" mean?'],
  ["Is <EMAIL_1> valid?", "is <EMAIL_1> valid"],
  ["How do I use `useMemo` in React?", "How can I use `useMemo` in React?"],
  ["Is 20 km far?", "Is 20 kilometres far?"],
  ["Is $1,500 a lot?", "Is 1500 dollars a lot?"],
  ["What is the U.S. population?", "What is the US population?"],
];

test.each(DIFFERENT)("%s: %s | %s", (on, one, other) => {
  expect(agrees(one, other)).toEqual({ agree: false, on });
  expect(agrees(other, one).agree).toBe(false);
});

test.each(SAME)("the same: %s | %s", (one, other) => {
  expect(agrees(one, other)).toEqual({ agree: true });
  expect(agrees(other, one)).toEqual({ agree: true });
});

test("what is too long agrees with itself only", () => {
  const long = "word ".repeat(LONGEST_QUESTION / 5 + 1);
  expect(agrees(long, long)).toEqual({ agree: true });
  expect(agrees(long, `${long} `)).toEqual({ agree: false, on: "length" });
});

const questions = [...new Set(loadPairs().all.flatMap(({ a, b }) => [a, b]))];

/** What makes another question of one must do so wherever it stands. Every fifth question each, so that all of them are tried with some. */
test.each([
  ...["purple", "not", "never", "only", "7", "all", "Bob", "<EMAIL_1>", "`x`", "--x", '"x"', "http://a.example"].entries(),
])("no question agrees with itself and number %i, %s, somewhere in it", (number, added) => {
  const agreeing = questions
    .filter((_, at) => at % 5 === number % 5)
    .flatMap((question) => {
      const words = question.split(" ");
      const changed = Array.from({ length: words.length + 1 }, (_, at) =>
        [...words.slice(0, at), added, ...words.slice(at)].join(" "),
      );
      return changed.filter((other) => agrees(question, other).agree);
    });
  expect(agreeing).toEqual([]);
});

test("a digit more or another is another question", () => {
  const changes = questions.flatMap((question) =>
    [...question.matchAll(/\d/g)].flatMap(({ index }) => [
      [question, `${question.slice(0, index)}9${question.slice(index)}`],
      [question, `${question.slice(0, index)}${(Number(question.charAt(index)) + 1) % 10}${question.slice(index + 1)}`],
    ]),
  );
  expect(changes.length).toBeGreaterThan(100);
  for (const [question = "", changed = ""] of changes)
    expect([changed, agrees(question, changed).agree]).toEqual([changed, false]);
});

const piece = fc.oneof(
  fc.constantFrom(
    ..."what how is do I you not the to from A B 12 1,000 3rd may March 5 km `x` \" ' < <A_1> - , ? \n two hundred and or".split(
      " ",
    ),
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(" "));

test("any two texts compare, either way alike, and any text agrees with itself", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(agrees(one, other).agree).toBe(agrees(other, one).agree);
      expect(agrees(one, one)).toEqual({ agree: true });
    }),
    { seed: 7, numRuns: 500 },
  );
});
