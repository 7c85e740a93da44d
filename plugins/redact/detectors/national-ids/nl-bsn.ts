/** Netherlands: burgerservicenummer, the "elfproef". */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const nlBsn = nationalId({
  entity: "nl_bsn",
  description:
    "Dutch BSN of 9 digits that passes the eleven test, near words such as BSN or burgerservicenummer. Without its leading zero it is not found.",
  longest: 11,
  pattern: groups("3 3 3", "4 2 3"),
  words: named("burgerservice|sofi n|citizen service n|persoonsnummer", "bsn"),
  isValid: (id) => weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
});
