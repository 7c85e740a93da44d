import { plPesel } from "../../../../plugins/redact/detectors/national-ids/pl-pesel";
import { describeId } from "./support";

describeId(plPesel, {
  worded: ["44051401359", "02070803628", "440514-01359", "440514 01359"],
  word: "PESEL",
  never: ["44051401358", "44133401358", "4405140135", "440514013590", "00000000000", "44023001356"],
  rows: [
    "Numer ewidencyjny ⟦44051401359⟧ należy do mnie.",
    "PESEL:⟦44051401359⟧",
    "PESEL 1 ⟦44051401359⟧",
    "pesel nr ⟦44051401359⟧ i ⟦02070803628⟧",
    "PESEL：⟦44051401359⟧",
    "PESEL 440514013591",
  ],
});
