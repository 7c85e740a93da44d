import { dateOfBirth } from "../../../plugins/redact/detectors/date-of-birth";
import { table } from "./support";

describe("found", () => {
  table(dateOfBirth, [
    ["DOB: 1985-03-12", "1985-03-12"],
    ["born on 12 March 1985 in Leeds", "12 March 1985"],
    ["Date of birth: 03/12/1985", "03/12/1985"],
    ["She was born March 12th, 1985.", "March 12th, 1985"],
    ["1985-03-12 (date of birth)", "1985-03-12"],
    ['{"birth_date":"19850312"}', "19850312"],
    ['{"birthDate": "1985-03-12"}', "1985-03-12"],
    ["geboren am 12. März 1985", "12. März 1985"],
    ["geb. 12.03.85", "12.03.85"],
    ["née le 12 août 1985", "12 août 1985"],
    ["nacida el 12 de marzo de 1985", "12 de marzo de 1985"],
    ["data di nascita: 12/03/1985", "12/03/1985"],
    ["urodzony 12.03.1985", "12.03.1985"],
    ["дата рождения 12.03.1985", "12.03.1985"],
    ["出生于1985年3月12日", "1985年3月12日"],
    ["생년월일: 1985. 3. 12", "1985. 3. 12"],
    ["Birthday: 2/29/2000, married 1/1/2020", "2/29/2000"],
  ]);
});

describe("not found", () => {
  table(dateOfBirth, [
    ["1985-03-12"],
    ["released on 12 March 1985"],
    ["DOB: unknown"],
    ["born in 1985"],
    ["born 1985-00-12"],
    ["born 1785-03-12"],
    ["DOB 1985-03-12x"],
    ["stillborn idea, version 12.03.1985"],
    [`born ${"a ".repeat(30)} 12.03.1985`],
    ["the newborn library, 2026-11-20"],
  ]);
});
