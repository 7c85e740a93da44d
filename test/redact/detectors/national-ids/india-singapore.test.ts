import { inAadhaar } from "../../../../plugins/redact/detectors/national-ids/in-aadhaar";
import { inPan } from "../../../../plugins/redact/detectors/national-ids/in-pan";
import { sgNric } from "../../../../plugins/redact/detectors/national-ids/sg-nric";
import { describeId } from "./support";

describeId(inAadhaar, {
  alone: ["2341 2341 2346", "2341-2341-2346", "2341 2341 2346"],
  worded: ["234123412346", "2341 23412346", "23412341 2346"],
  word: "Aadhaar",
  never: ["2341 2341 2347", "1341 2341 2346", "0341 2341 2346", "234123412347", "23412341234", "2341234123460", "222222222222"],
  rows: [
    "मेरा आधार नंबर ⟦234123412346⟧ है",
    "आधार ⟦२३४१२३४१२३४६⟧",
    "UIDAI: ⟦234123412346⟧",
    "card 4111 2341 2341 2346",
    "card 2341 2341 2346 4111",
    "550e8400-2341-2341-2346-a716",
    "2341 2341-2346",
  ],
});

describeId(inPan, {
  alone: ["ACUPA7085R", "AAPFU0939F", "ABCCE1234F"],
  worded: ["acupa7085r", "Acupa7085R"],
  word: "PAN card",
  never: ["ACUXA7085R", "ACUPA0000R", "ACUPA708R", "ACUP7085R", "ACUPA70851", "ACUPAA7085R", "ACUPA7085RR"],
  rows: ["Permanent Account Number: ⟦acupa7085r⟧", "pancake acupa7085r", "income tax id ⟦acupa7085r⟧"],
});

describeId(sgNric, {
  alone: ["S1234567D", "T1234567J", "F1234567N", "G1234567X", "M1234567K"],
  worded: ["s1234567d", "S1234567d"],
  word: "NRIC",
  never: ["S1234567A", "T1234567D", "F1234567X", "G1234567N", "M1234567X", "A1234567D", "S123456D", "S12345678D", "S1234567"],
  rows: ["My FIN is ⟦g1234567x⟧.", "Singapore identity card: ⟦s1234567d⟧", "finish s1234567d"],
});
