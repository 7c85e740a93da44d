import { esNif } from "../../../../plugins/redact/detectors/national-ids/es-nif";
import { ptNif } from "../../../../plugins/redact/detectors/national-ids/pt-nif";
import { describeId } from "./support";

describeId(esNif, {
  alone: [
    "12345678Z",
    "54362315K",
    "54362315-K",
    "12.345.678-Z",
    "12.345.678Z",
    "X5253868R",
    "X-5253868-R",
    "Y5253868S",
    "Z5253868Y",
    "M1234567L",
    "ES-54.362.315-K",
    "ES54362315K",
    "X-5.253.868-R",
  ],
  worded: ["12345678z", "12345678 Z", "12 345 678 Z", "1234567L", "B58378431", "B-58378431", "J99216582", "x5253868r"],
  word: "DNI",
  never: ["12345678A", "54362315-L", "X5253868S", "Y5253868R", "B58378432", "123456789Z", "123456Z", "T1234567L", "12345678I"],
  rows: [
    "NIF ⟦12345678Z⟧, NIE ⟦X5253868R⟧",
    "Mi documento nacional de identidad es el ⟦12345678z⟧.",
    "identificación fiscal: ⟦b58378431⟧",
    "order 12345678 z was sent",
    "numéro nº⟦12345678Z⟧",
    "2.12345678Z",
    "⟦12345678Z⟧/⟦54362315K⟧",
  ],
});

describeId(ptNif, {
  worded: ["501964843", "501 964 843", "245105816"],
  word: "NIF",
  never: ["501964842", "245105818", "50196484", "5019648430", "000000000", "111111111"],
  rows: [
    "O meu número de contribuinte é o ⟦501964843⟧.",
    "contribuinte nº⟦245105816⟧",
    "NIPC ⟦501 964 843⟧",
    "manifest 501964843",
  ],
});
