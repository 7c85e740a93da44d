import { gbNhs } from "../../../../plugins/redact/detectors/national-ids/gb-nhs";
import { gbNino } from "../../../../plugins/redact/detectors/national-ids/gb-nino";
import { describeId } from "./support";

describeId(gbNhs, {
  alone: ["943 476 5919", "943 476 5870"],
  worded: ["9434765919", "943-476-5919", "9434765870"],
  word: "NHS number",
  never: ["943 476 5918", "9434765918", "943 476 591", "943 476 59190", "0000000000", "4444444444"],
  rows: [
    "National Health Service number ⟦9434765919⟧",
    "CHI number ⟦9434765919⟧",
    "NHS numbers ⟦9434765919⟧ and ⟦9434765870⟧",
    "NHS no. 12 ⟦943 476 5919⟧",
    "In NHS wards 123 ⟦943 476 5919⟧",
    "+1 943 476 5919",
    "943 476 5919 33",
    "call (943) 476-5919",
    "NHS9434765919",
  ],
});

describeId(gbNino, {
  alone: ["AB123456C", "AB 12 34 56 C", "AB-12-34-56-C", "JG103759A", "ZY987654D"],
  worded: ["ab123456c", "AB123456", "AB 12 34 56"],
  word: "National Insurance number",
  never: [
    "QQ123456C",
    "BG123456C",
    "GB123456A",
    "ZZ123456A",
    "AO123456C",
    "AB123456E",
    "AB12345C",
    "AB1234567C",
    "DA123456C",
    "TN 12 34 56 A",
  ],
  rows: [
    "My NINO is ⟦ab123456c⟧.",
    "NINO ⟦AB 123456 C⟧",
    "NINO ⟦ab 12 34 56 c⟧",
    "NINO ⟦AB 123456⟧ Cq",
    "NI no ⟦AB 123456 C⟧",
    "PR 123456 A fix",
    "AB-12-34-56-C-77",
    "pull request pr123456a",
  ],
});
