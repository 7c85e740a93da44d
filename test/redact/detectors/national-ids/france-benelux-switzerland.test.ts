import { beNrn } from "../../../../plugins/redact/detectors/national-ids/be-nrn";
import { chAhv } from "../../../../plugins/redact/detectors/national-ids/ch-ahv";
import { frNir } from "../../../../plugins/redact/detectors/national-ids/fr-nir";
import { nlBsn } from "../../../../plugins/redact/detectors/national-ids/nl-bsn";
import { describeId } from "./support";

describeId(frNir, {
  alone: [
    "255081416802538",
    "2 55 08 14 168 025 38",
    "295109912611193",
    "253072B07300470",
    "2 53 07 2A 073 004 43",
    "2.55.08.14.168.025.38",
    "2 55 08 14 168 025 38",
  ],
  worded: ["2550814168025", "2 55 08 14 168 025", "253072b073004"],
  word: "sécurité sociale",
  never: [
    "255081416802539",
    "253072A07300470",
    "253072C07300470",
    "955081416802538",
    "255131416802538",
    "255080016802538",
    "25508141680253",
    "2550814168025380",
  ],
  rows: [
    "Mon numéro de sécu est le ⟦2 55 08 14 168 025 38⟧.",
    "N.I.R. ⟦2550814168025⟧",
    "numero insee:⟦2550814168025⟧",
    "0.255081416802538",
    "255081416802538.5",
    "4 2 55 08 14 168 025 38",
  ],
});

describeId(beNrn, {
  alone: ["85.07.30-033.28", "85073003328", "17 07 30 033 84", "17073003384", "85.47.30-033.17"],
  worded: ["85473003317", "85 47 30 033 17"],
  word: "rijksregisternummer",
  never: ["85.07.30-033.29", "85073003327", "85.13.30-033.28", "85.07.32-033.28", "8507300332", "850730033280"],
  rows: ["numéro national: ⟦85.07.30-033.28⟧", "NISS ⟦85473003317⟧", "registre national ⟦85473003317⟧", "2.85.07.30-033.28"],
});

describeId(nlBsn, {
  worded: ["111222333", "123456782", "1112.22.333", "111 222 333"],
  word: "BSN",
  never: ["111222334", "123456789", "11122233", "1112223330", "000000000"],
  rows: [
    "Mijn burgerservicenummer is ⟦111222333⟧.",
    "sofinummer ⟦1112.22.333⟧",
    "BSN's: ⟦111222333⟧, ⟦123456782⟧",
    'citizen service number ["⟦111222333⟧",\n    "⟦123456782⟧"]',
  ],
});

describeId(chAhv, {
  alone: ["756.9217.0769.85", "7569217076985", "756 9217 0769 85", "756.1234.5678.97"],
  word: "AHV",
  never: ["756.9217.0769.84", "7569217076984", "757.9217.0769.85", "756921707698", "75692170769850"],
  rows: ["Die AHV-Nummer lautet ⟦756.9217.0769.85⟧.", "756.9217.0769.85.1", "1.756.9217.0769.85"],
});
