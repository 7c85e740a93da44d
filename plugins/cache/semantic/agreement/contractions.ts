/** `n't` and what is typed for it in a hurry. Those that are words of their own without the apostrophe (`wont`, `cant`) are rarer than the slip. */
const WHOLE = new Map<string, readonly string[]>([
  ["can't", ["can", "not"]],
  ["cannot", ["can", "not"]],
  ["won't", ["will", "not"]],
  ["shan't", ["will", "not"]],
  ["ain't", ["is", "not"]],
  ["cant", ["can", "not"]],
  ["wont", ["will", "not"]],
  ["dont", ["do", "not"]],
  ["doesnt", ["does", "not"]],
  ["didnt", ["did", "not"]],
  ["isnt", ["is", "not"]],
  ["arent", ["are", "not"]],
  ["wasnt", ["was", "not"]],
  ["hasnt", ["has", "not"]],
  ["havent", ["have", "not"]],
  ["couldnt", ["could", "not"]],
  ["shouldnt", ["should", "not"]],
  ["wouldnt", ["would", "not"]],
  ["im", ["I", "am"]],
  ["ive", ["I", "have"]],
  ["whats", ["what", "is"]],
  ["hows", ["how", "is"]],
  ["wheres", ["where", "is"]],
  ["thats", ["that", "is"]],
  ["y'all", ["you"]],
]);

/** After these `'s` is a verb; after nouns it is dropped: "is", "has" and possession look the same there. */
const SUBJECTS = new Set(["what", "who", "how", "where", "when", "why", "that", "it", "there", "he", "she"]);

const ENDS = new Map([
  ["s", ""],
  ["m", "am"],
  ["re", "are"],
  ["ve", "have"],
  ["ll", "will"],
  ["d", "would"],
]);

/** A word as typed, as the words it stands for; capitals stay. */
export function expandContraction(raw: string): readonly string[] {
  let end = raw.length;
  while (end > 0 && raw.charAt(end - 1) === "'") end -= 1;
  const word = raw.slice(0, end);
  const whole = WHOLE.get(word.toLowerCase());
  if (whole !== undefined) return whole;
  if (/n't$/i.test(word)) return [word.slice(0, -3), "not"];
  const mark = word.lastIndexOf("'");
  const tail = mark < 1 ? undefined : ENDS.get(word.slice(mark + 1).toLowerCase());
  if (tail === undefined) return word === "" ? [] : [word];
  const head = word.slice(0, mark);
  if (tail !== "") return [head, tail];
  return SUBJECTS.has(head.toLowerCase()) ? [head, "is"] : [head];
}
