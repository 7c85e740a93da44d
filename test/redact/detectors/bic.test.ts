import { bic } from "../../../plugins/redact/detectors/bic";
import { table } from "./support";

describe("found", () => {
  table(bic, [
    ["BIC: DEUTDEFF", "DEUTDEFF"],
    ["SWIFT code DEUTDEFF500", "DEUTDEFF500"],
    ["BNPAFRPP (SWIFT)", "BNPAFRPP"],
    ["swift/bic: chase CHASUS33", "CHASUS33"],
    ["COBADEFFXXX", "COBADEFFXXX"],
    ['{"bic":"INGBNL2A"}', "INGBNL2A"],
    ['{"swiftCode":"BNPAFRPP"}', "BNPAFRPP"],
    ["BIC BARCGB22 or BIC HBUKGB4B", "BARCGB22", "HBUKGB4B"],
  ]);
});

describe("not found", () => {
  table(bic, [
    ["DOCUMENT INTERNET SESSION1"],
    ["DEUTDEFF"],
    ["BIC: deutdeff"],
    ["BIC: DEUTZZFF"],
    ["The Arabic word DOCUMENT"],
    ["cubic METAMORE"],
    ["ABCDEFXXX"],
    ["BIC DEUTDEFFXXXX"],
    ["DEUTZZFFXXX"],
    ["SwiftUI and DOCUMENT"],
    [`BIC ${" ".repeat(100)}DEUTDEFF`],
  ]);
});
