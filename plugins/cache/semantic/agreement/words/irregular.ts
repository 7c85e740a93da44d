const FORMS = `
man men
woman women
child children
person people
tooth teeth
mouse mice
criterion criteria
bacterium bacteria
leaf leaves
knife knives
wife wives
go went gone goes
buy bought
sell sold
pay paid
make made
take took taken
get got gotten
give gave given
forget forgot forgotten
lose lost
find found
send sent
spend spent
break broke broken
write wrote written
speak spoke spoken
win won
beat beaten
rise rose risen
fall fell fallen
begin began begun
eat ate eaten
drink drank
drive drove driven
fly flew flown flies
freeze froze frozen
build built
hold held
keep kept
meet met
run ran
see saw seen
say said
tell told
think thought
teach taught
understand understood
wake woke woken
come came
become became
know knew known
grow grew grown
choose chose chosen
catch caught
bring brought
feel felt
mean meant
hide hid hidden
steal stole stolen
wear wore worn
throw threw thrown
draw drew drawn
swim swam swum
sing sang sung
die dies died dying
lie lies lied lying
have has had having
use uses using
do does did doing
`;

/** Words whose ending is no inflection, or makes another thing of them: a training is no train, glasses are no glass. */
const WHOLE = `
accounting banking bearing boring building buildings ceiling clothing dressing drawing drawings engineering evening evenings
filling heating hearing housing icing interesting lighting lightning listing listings marketing mining morning mornings offering
painting paintings parking posting programming rating ratings recording recordings seasoning setting settings shipping spring
stuffing training trainings wedding weddings savings
arms clothes contents customs damages directions glasses goods jeans news pants series species spirits terms
limited united used
`;

/** Forms that no rule reaches, as their first one. */
export const IRREGULAR = new Map([
  ...WHOLE.trim()
    .split(/\s+/)
    .map((word) => [word, word] as const),
  ...FORMS.trim()
    .split("\n")
    .flatMap((line) => {
      const [first = "", ...others] = line.split(" ");
      return [first, ...others].map((form) => [form, first] as const);
    }),
]);
