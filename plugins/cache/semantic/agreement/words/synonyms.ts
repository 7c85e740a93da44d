/**
 * Words that ask for the same wherever they stand, one group a line. Not here: words that do so only in some sentences (`fall`
 * and `autumn`, `right` and `correct`), and everything that compares or negates.
 */
export const SYNONYMS = `
fix repair mend solve resolve
undo revert
include contain
tallest highest
unclog unblock
start begin commence
buy purchase
get obtain acquire receive
remove delete erase
big large
biggest largest
quick fast rapid
quickest fastest
cheap inexpensive
doctor physician
child kid
baby infant
mother mom mum
father dad
car automobile
phone telephone
photo picture photograph
choose select
use utilize
advantage benefit
disadvantage drawback downside
happen occur
reduce decrease lower lessen
increase boost
modify alter
lawyer attorney
customer client
employee worker
coworker colleague
substitute replacement
easy simple
difficult hard
maximum max
information info
document doc
repository repo
directory folder
database db
configuration config
environment env
javascript js
typescript ts
postgresql postgres
kubernetes k8s
computer pc
television tv
bike bicycle
airplane plane aeroplane
fridge refrigerator
medication medicine
exit quit
allow permit
forbid prohibit
stop halt
close shut
defrost thaw
reply respond
luggage baggage
trip journey
garbage trash rubbish
mould mold
recommend suggest
tire tyre
program programme
license licence
center centre
neighbor neighbour
gray grey
price cost
assist help
ill sick
country nation
illness disease
`;
