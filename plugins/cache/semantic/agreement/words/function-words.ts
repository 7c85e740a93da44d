/**
 * Words that hold a sentence together. Whatever is not listed here is content, and must agree: quantifiers (`all`, `only`,
 * `some`), comparison, negation, `or`, and prepositions that change what is asked (`before`, `without`, `off`) are.
 */
function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

export const EMPTY = words(`
a an the this that these those it its itself there them they their theirs themselves
be being been also please kindly hi hello hey dear really actually exactly ever usually normally typically generally
so if whether and would might okay ok thanks thank which
`);

/** Verbs that carry a question, by what they are forms of: `have` and `do` can be what is asked about, too. */
export const AUXILIARIES = new Map([
  ...[..."is are am was were".split(" ")].map((word) => [word, "be"] as const),
  ...[..."do does did".split(" ")].map((word) => [word, "do"] as const),
  ...[..."have has had".split(" ")].map((word) => [word, "have"] as const),
]);
export const PAST = words("was were did had");

/** Before these `have` is no auxiliary, and after them `will` and `can` are nouns. */
export const DETERMINERS = words("a an the any some no my your our his her their its");

/** Persons, by their one form: who acts, who is acted upon, whose it is. */
export const PERSONS = new Map([
  ["i", "i"],
  ["we", "i"],
  ["me", "me"],
  ["us", "me"],
  ["myself", "me"],
  ["my", "my"],
  ["mine", "my"],
  ["our", "my"],
  ["ours", "my"],
  ["you", "you"],
  ["your", "your"],
  ["yours", "your"],
  ["he", "he"],
  ["him", "him"],
  ["his", "his"],
  ["she", "she"],
  ["her", "her"],
  ["hers", "her"],
]);

/** What is asked for. `which` asks as `what` does, and joins clauses besides. */
export const ASKS = new Map([
  ["what", "what"],
  ["how", "how"],
  ["why", "why"],
  ["when", "when"],
  ["where", "where"],
  ["who", "who"],
  ["whom", "who"],
  ["whose", "whose"],
]);

/** Possibility and permission, advice, duty, what is to come. */
export const MODALS = new Map([
  ["can", "can"],
  ["could", "can"],
  ["may", "can"],
  ["possible", "possible"],
  ["allowed", "allowed"],
  ["should", "should"],
  ["must", "must"],
  ["will", "will"],
]);

/** Prepositions, by the role they give to what follows. */
export const ROLES = new Map([
  ["to", "to"],
  ["into", "to"],
  ["onto", "to"],
  ["towards", "to"],
  ["toward", "to"],
  ["from", "from"],
  ["by", "by"],
  ["than", "than"],
  ["in", "in"],
  ["on", "on"],
  ["at", "at"],
  ["of", "of"],
  ["for", "for"],
  ["with", "with"],
  ["about", "about"],
  ["inside", "in"],
  ["as", "as"],
]);

/** Prepositions that are content too: a phrase begins with them. */
export const OPENERS = words(
  "before after without against between during since until through over under above below across within insteadof infrontof behind near per while because like or but vs versus",
);

export const NEGATIONS = words(
  "not no never without none nobody nothing neither nor unless non hardly barely except excluding cannot",
);

/** Names where a capital says so: US, IT, WHO, Will, Her … */
export const NAMES_WITH_CAPITALS = words(`
us it who a am will may can do does is are was has had have he her him his she they them this that those so what which when
where why how whose must should would could might you your me my we our be
`);

/** Verbs that tell a model what to do when a request begins with them. */
export const TASKS = words(`
write draft translate summarize summarise rewrite rephrase proofread correct generate create make list compare suggest recommend
plan solve calculate compute convert fix sort check reverse implement design compose find count name send turn add extract
classify improve shorten expand format edit review analyze analyse refactor debug test run build show delete remove cancel
`);
