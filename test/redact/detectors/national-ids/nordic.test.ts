import { dkCpr } from "../../../../plugins/redact/detectors/national-ids/dk-cpr";
import { fiHetu } from "../../../../plugins/redact/detectors/national-ids/fi-hetu";
import { noFodselsnummer } from "../../../../plugins/redact/detectors/national-ids/no-fodselsnummer";
import { sePersonnummer } from "../../../../plugins/redact/detectors/national-ids/se-personnummer";
import { describeId } from "./support";

describeId(sePersonnummer, {
  alone: ["811228-9874", "19811228-9874", "880320-0016", "811228+9874", "701063-2391"],
  worded: ["8112289874", "198112289874", "811228 9874", "20030101-2381"],
  word: "personnummer",
  never: ["811228-9873", "19811228-9873", "811328-9873", "811232-9878", "811228-987", "811228-98740", "17811228-9874"],
  rows: [
    "Mitt personnr: ⟦8112289874⟧",
    "samordningsnummer ⟦7010632391⟧",
    "backup-20030101-2381.tar",
    "811228-9874-11",
    "a-811228-9874",
  ],
});

describeId(fiHetu, {
  alone: ["131052-308T", "131052+308T", "131052A308T", "131052Y308T"],
  worded: ["131052-308t", "131052a308t"],
  word: "henkilötunnus",
  never: [
    "131052-308U",
    "321052-308T",
    "131352-308T",
    "131052G308T",
    "131052-308",
    "131052-308TT",
    "131052--308T",
    "131052-308G",
  ],
  rows: ["hetu: ⟦131052-308t⟧", "personbeteckning ⟦131052-308t⟧", "131052-308T-1"],
});

describeId(dkCpr, {
  worded: ["211062-5629", "2110625629", "211062 5629", "010107-1234"],
  word: "CPR-nummer",
  never: ["321062-5629", "211362-5629", "300262-5629", "211062-562", "211062-56290", "0000000000"],
  rows: [
    "CPR ⟦211062-5629⟧",
    "CPR: ⟦211062-5629⟧ og ⟦010107-1234⟧",
    "civil registration number ⟦2110625629⟧",
    "cprogram 211062-5629",
  ],
});

describeId(noFodselsnummer, {
  alone: ["15108695088", "151086 95088", "01010112377", "55108695071"],
  worded: ["15468695062"],
  word: "fødselsnummer",
  never: ["15108695089", "15108695078", "15138695088", "32108695088", "81010110181", "1510869508", "151086950880", "00000000000"],
  rows: ["fnr ⟦15468695062⟧", "D-nummer: ⟦55108695071⟧", "1.15108695088", "15108695088.20", "4 151086 95088"],
});
