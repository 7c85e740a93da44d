import { auAbn } from "../../../../plugins/redact/detectors/national-ids/au-abn";
import { auMedicare } from "../../../../plugins/redact/detectors/national-ids/au-medicare";
import { auTfn } from "../../../../plugins/redact/detectors/national-ids/au-tfn";
import { describeId } from "./support";

describeId(auTfn, {
  worded: ["123456782", "123 456 782", "865414088", "459-599-230"],
  word: "TFN",
  never: ["123456789", "123 456 783", "12345678", "1234567820", "000000000"],
  rows: ["tax file number ⟦123 456 782⟧", "Tax-file no. ⟦123456782⟧", "TFN 99 ⟦123 456 782⟧"],
});

describeId(auMedicare, {
  alone: ["2123 45670 1", "2951 87312 5", "2951 87312 51"],
  worded: ["2123456701", "29518731251", "2951-87312-5"],
  word: "Medicare",
  never: ["2123 45671 1", "1123 45670 1", "2123 45670 0", "2123456711", "212345670", "7951 87312 5"],
  rows: [
    "Medicare card: ⟦2123456701⟧ (IRN 1)",
    "⟦2951 87312 5/1⟧",
    "⟦2951 87312 5-1⟧",
    "⟦2951 87312 5⟧/1q",
    "2123 45670 1 5",
    "1 2123 45670 1",
  ],
});

describeId(auAbn, {
  alone: ["83 914 571 673", "51 824 753 556"],
  worded: ["83914571673", "51824753556", "51-824-753-556"],
  word: "ABN",
  never: ["83 914 571 674", "83914571637", "8391457167", "839145716730", "01 824 753 556"],
  rows: ["Australian Business Number ⟦51824753556⟧", "1 51 824 753 556", "51 824 753 556 000", "cabn 51824753556"],
});
