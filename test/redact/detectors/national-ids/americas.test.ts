import { brCnpj } from "../../../../plugins/redact/detectors/national-ids/br-cnpj";
import { brCpf } from "../../../../plugins/redact/detectors/national-ids/br-cpf";
import { caSin } from "../../../../plugins/redact/detectors/national-ids/ca-sin";
import { mxCurp } from "../../../../plugins/redact/detectors/national-ids/mx-curp";
import { describeId } from "./support";

describeId(brCpf, {
  alone: ["111.444.777-35", "390.533.447-05"],
  worded: ["11144477735", "39053344705", "111 444 777 35", "111444777-35"],
  word: "CPF",
  never: ["111.444.777-34", "111.444.777-36", "11144477753", "111.111.111-11", "1114447773", "111444777350"],
  rows: ["Meu CPF é ⟦11144477735⟧.", "pessoa física ⟦39053344705⟧", "cpf:⟦390.533.447-05⟧", "1.111.444.777-35"],
});

describeId(brCnpj, {
  alone: ["16.727.230/0001-97", "12.ABC.345/01DE-35", "16727230000197", "00.000.000/0001-91"],
  worded: ["12ABC34501DE35", "12.abc.345/01de-35", "16727230/0001-97", "33000167000292", "A1B2C3D4E5F668"],
  word: "CNPJ",
  never: ["16.727.230/0001-96", "12.ABC.345/01DE-36", "12.ABD.345/01DE-35", "1672723000019", "167272300001970", "00000000000000"],
  rows: ["A empresa, inscrita no CNPJ sob o nº ⟦12ABC34501DE35⟧,", "cadastro nacional ⟦12ABC34501DE35⟧", "16.727.230/0001-97/2"],
});

describeId(caSin, {
  alone: ["123-456-782", "130-692-544"],
  worded: ["123456782", "123 456 782", "046-454-286", "046454286"],
  word: "social insurance number",
  never: ["123-456-783", "123456789", "12345678", "1234567820", "000-000-000"],
  rows: [
    "My SIN is ⟦046454286⟧.",
    "SIN: ⟦123 456 782⟧",
    '{"sin":"⟦046454286⟧"}',
    "SIN # ⟦123456782⟧",
    "numéro d'assurance sociale ⟦123 456 782⟧",
    "NAS : ⟦123456782⟧",
    "un pedido sin gastos 123456782",
    "nas contas 123456782",
    "the wages of sin 123456782",
    "123-456-782-1",
    "1-123-456-782",
  ],
});

describeId(mxCurp, {
  alone: ["BOXW310820HNERXN09", "boxw310820hnerxn09"],
  word: "CURP",
  never: [
    "BOXW310820HNERXN08",
    "BOXW311320HNERXN09",
    "BOXW310820HXXRXN09",
    "BOXW310820ANERXN09",
    "BOXW310820HNERXN0",
    "BOXW310820HNERAN09",
  ],
  rows: ["Mi CURP es ⟦BOXW310820HNERXN09⟧, gracias."],
});
