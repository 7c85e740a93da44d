import { foldDates } from "../../../../plugins/cache/semantic/agreement/fold-dates";
import { foldNumbers } from "../../../../plugins/cache/semantic/agreement/fold-numbers";
import { foldUnits } from "../../../../plugins/cache/semantic/agreement/fold-units";
import { foldPhrases } from "../../../../plugins/cache/semantic/agreement/phrases";
import { splitText } from "../../../../plugins/cache/semantic/agreement/split-text";
import { stem } from "../../../../plugins/cache/semantic/agreement/stem";
import type { Token } from "../../../../plugins/cache/semantic/agreement/token";

const shown = (tokens: readonly Token[]): string =>
  tokens.map(({ kind, key, name }) => `${kind}:${key}${name ? "!" : ""}`).join(" ");
const read = (text: string): string => shown(foldDates(foldUnits(foldNumbers(foldPhrases(splitText(text))))));

test.each([
  ["What's up?", "word:what word:is word:up break:?"],
  ["I can't, she won’t", "word:i word:can word:not break:, word:she word:will word:not"],
  ["the dog's tail, the dogs' tails", "word:the word:dog word:tail break:, word:the word:dogs word:tails"],
  ["run `a b` now", "word:run code:a b word:now"],
  ["run ```a\nb``` now", "word:run code:a\nb word:now"],
  ['an ` alone and a " alone', "word:an word:alone word:and word:a word:alone"],
  ["say 'it's me' now", "word:say quote:it's me word:now"],
  ["say «no»", "word:say quote:no"],
  ["to <EMAIL_1> or < 3", "word:to placeholder:<EMAIL_1> word:or code:< number:3"],
  ["see https://a.example/b?c=d.", "word:see url:https://a.example/b?c=d break:."],
  ["in ./a/b.txt or ~/x or C:\\y", "word:in url:./a/b.txt word:or url:~/x word:or url:C:\\y"],
  ["ask me@a.example", "word:ask url:me@a.example"],
  ["use --force and -v", "word:use code:--force word:and code:-v"],
  ["use Node.js, C++, C# and .NET", "word:use code:node.js break:, code:c++ break:, code:c# word:and code:.net"],
  ["use foo_bar and foo()", "word:use code:foo_bar word:and code:foo()"],
  ["in Paris (France)", "word:in word:paris! sign:( word:france! sign:)"],
  ["IN PARIS", "word:in word:paris"],
  ["In Paris With Love", "word:in word:paris word:with word:love"],
  ["the iPhone and GitHub", "word:the word:iphone! word:and word:github!"],
  ["a two-factor check-in", "word:a word:two word:factor word:check word:in"],
  ["a - b but not so - here", "word:a sign:- word:b word:but word:not word:so break:- word:here"],
  ["1 - 2 + 3", "number:1 sign:- number:2 sign:+ number:3"],
  ["what does 😀 mean", "word:what word:does sign:😀 word:mean"],
  ["¿Cómo estás?", "word:cómo word:estás break:?"],
])("%j is split", (text, tokens) => {
  expect(shown(splitText(text))).toBe(tokens);
});

test.each([
  ["1,000.50", "number:1000.50"],
  ["1.000 and 1,5", "number:1.000 word:and number:1,5"],
  ["-5 or 5", "number:-5 word:or number:5"],
  ["twenty-five", "number:25"],
  ["one hundred and five", "number:105"],
  ["a hundred", "word:a number:100"],
  ["two thousand twenty six", "number:2026"],
  ["two three", "number:2 number:3"],
  ["nineteen ninety", "number:19 number:90"],
  ["2.5 million", "number:2500000"],
  ["the third and 3rd", "word:the number:3. word:and number:3."],
  ["5 second rule, second place", "number:5 unit:seconds word:rule break:, number:2. word:place"],
  [
    "$5, 5 dollars, €5, 5€",
    "number:5 unit:dollar break:, number:5 unit:dollar break:, number:5 unit:euro break:, number:5 unit:euro",
  ],
  ["5% or five percent", "number:5 unit:percent word:or number:5 unit:percent"],
  ["2kg, 2 kg, 2 kilograms", "number:2 unit:kg break:, number:2 unit:kg break:, number:2 unit:kg"],
  [
    "20 C, 20 °C, 20 degrees F",
    "number:20 unit:celsius break:, number:20 unit:° unit:celsius break:, number:20 unit:degree unit:fahrenheit",
  ],
  ["5 in, 5 in Rome", "number:5 unit:inch break:, number:5 word:in word:rome!"],
  ["at 5 pm, I am", "word:at number:5 unit:pm break:, word:i word:am"],
])("numbers and units of %j", (text, tokens) => {
  expect(read(text)).toBe(tokens);
});

test.each([
  ["3 May 2024", "date:2024-5-3"],
  ["May 3rd, 2024", "date:2024-5-3"],
  ["the 3rd of May 2024", "word:the date:2024-5-3"],
  ["2024-05-03", "date:2024-5-3"],
  ["Dec 24", "date:-12-24"],
  ["in december", "word:in date:-12-"],
  ["in may", "word:in date:-5-"],
  ["may I", "word:may word:i"],
  ["in May 2026", "word:in date:2026-5-"],
  ["on Tues.", "word:on date:tuesday break:."],
  ["5 may 6", "date:-5-5 number:6"],
])("dates of %j", (text, tokens) => {
  expect(read(text)).toBe(tokens);
});

test.each([
  ["turn the light off, turn off the light", "word:turn word:the word:light word:off break:, word:disable word:the word:light"],
  ["Please tell me how to go", "word:how word:to word:go"],
  ["what is the best way to go", "word:how word:go"],
  ["I need to go, if I need to go", "word:go break:, word:if word:i word:must word:go"],
])("phrases of %j", (text, tokens) => {
  expect(read(text)).toBe(tokens);
});

test.each([
  [["cancel", "cancels", "cancelled", "canceled", "cancelling"]],
  [["try", "tries", "tried", "trying"]],
  [["use", "uses", "using"]],
  [["box", "boxes"]],
  [["colour", "colors", "coloured"]],
  [["summarise", "summarize", "summarizing"]],
  [["run", "ran", "running", "runs"]],
])("%j have one stem", (forms) => {
  expect(new Set(forms.map(stem)).size).toBe(1);
});

test.each([
  ["training", "train"],
  ["glasses", "glass"],
  ["faster", "fast"],
  ["legal", "illegal"],
  ["hardly", "hard"],
  ["string", "str"],
  ["speed", "spe"],
  ["bus", "bu"],
])("%s is not %s", (one, other) => {
  expect(stem(one)).not.toBe(stem(other));
});
