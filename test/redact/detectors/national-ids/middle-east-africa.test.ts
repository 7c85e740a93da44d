import { ilId } from "../../../../plugins/redact/detectors/national-ids/il-id";
import { trKimlik } from "../../../../plugins/redact/detectors/national-ids/tr-kimlik";
import { zaId } from "../../../../plugins/redact/detectors/national-ids/za-id";
import { describeId } from "./support";

describeId(ilId, {
  worded: ["039337423", "03933742-3", "039 337 423"],
  word: "Israeli ID",
  never: ["039337422", "03933742", "0393374230", "000000000"],
  rows: ["תעודת זהות ⟦039337423⟧", 'ת"ז: ⟦039337423⟧', "ת.ז. ⟦03933742-3⟧", "מספר זהות ⟦039337423⟧", "teudat zehut ⟦039337423⟧"],
});

describeId(trKimlik, {
  worded: ["10000000146", "17291716060", "172 917 160 60"],
  word: "TCKN",
  never: ["10000000147", "17291716061", "17291716160", "00000000146", "1000000014", "100000001460"],
  rows: [
    "T.C. Kimlik No: ⟦10000000146⟧",
    "KİMLİK NUMARASI ⟦10000000146⟧",
    "TC no ⟦17291716060⟧",
    "kimlik numaram ⟦10000000146⟧'dır",
  ],
});

describeId(zaId, {
  alone: ["800101 5009 087", "750330 5044 08 9"],
  worded: ["8001015009087", "7503305044089", "800101-5009-087"],
  word: "ID number",
  never: ["8001015009088", "801301 5009 087", "800132 5009 087", "8001015009387", "800101500908", "80010150090870"],
  rows: [
    "South African ID ⟦8001015009087⟧",
    "identiteitsnommer ⟦8001015009087⟧",
    "at 8001015009087 ms",
    "12 800101 5009 087",
    "valid 8001015009087",
  ],
});
