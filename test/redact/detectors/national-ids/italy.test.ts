import { itFiscalCode } from "../../../../plugins/redact/detectors/national-ids/it-fiscal-code";
import { describeId } from "./support";

describeId(itFiscalCode, {
  alone: [
    "RCCMNL83S18D969H",
    "rccmnl83s18d969h",
    "RCC MNL 83S18 D969H",
    "RCC MNL 83S18 D969 H",
    "MRTMTT91D08F205J",
    "RCCMNL83S18D9S9T",
    "RCCMNL83S58D969L",
  ],
  word: "codice fiscale",
  never: [
    "RCCMNL83S18D969A",
    "RCCMNL83S19D969H",
    "RCCMNL83A32D969K",
    "RCCMNL83S18D969",
    "RCCMNL83F18D969I",
    "RCCMNL83S18D9699",
    "RCCMNLUPSMUDVSVO",
    "RCCMNL83S72D969Z",
    "RCCMNL83S40D969S",
  ],
  rows: ["Il codice fiscale di Mario è ⟦MRTMTT91D08F205J⟧, nato a Milano."],
});
