import { deIdCard } from "../../../../plugins/redact/detectors/national-ids/de-id-card";
import { deTaxId } from "../../../../plugins/redact/detectors/national-ids/de-tax-id";
import { describeId } from "./support";

describeId(deTaxId, {
  alone: ["36 574 261 809", "86 095 742 719"],
  worded: ["36574261809", "86095742719", "47036892816", "65929970489", "36-574-261-809"],
  word: "Steuer-ID",
  never: ["36574261808", "12345678901", "36554266806", "01574261809", "3657426180", "365742618090", "11145678909"],
  rows: [
    "Meine steuerliche Identifikationsnummer lautet ⟦36574261809⟧.",
    "IdNr.: ⟦36574261809⟧",
    "Steueridentifikationsnummer ⟦36574261809⟧",
    "German tax ID ⟦36574261809⟧",
    "1 36 574 261 809 2",
    "36 574 261 809 000",
    "0.36 574 261 809",
  ],
});

describeId(deIdCard, {
  worded: ["L01X00T47", "L01X00T471", "T220001293", "T22000129", "LZ6311T47", "LZ6311T475"],
  word: "Personalausweis",
  never: ["L01X00T472", "T220001294", "A01X00T47", "L01X00T4", "L01X00T4711", "LXXXXXXXX", "LO1XO0T47", "C01X00T47"],
  rows: [
    "Ausweisnummer ⟦L01X00T47⟧",
    "identity card no. ⟦LZ6311T47⟧",
    "ID card ⟦t220001293⟧",
    "Perso: ⟦T22000129⟧",
    "person T22000129",
  ],
});
