import { driversLicense } from "../../../../plugins/redact/detectors/national-ids/drivers-license";
import { passport } from "../../../../plugins/redact/detectors/national-ids/passport";
import { describeId, found, testRows } from "./support";

/** Specimens of ICAO Doc 9303. */
const TD3_NAMES = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
const TD3 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
const TD1_DATA = "I<UTOD231458907<<<<<<<<<<<<<<<";
const TD1_DATES = "7408122F1204159UTO<<<<<<<<<<<6";
const TD1_NAMES = "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";

describe("passport: machine-readable zones", () => {
  testRows(passport, [
    `⟦${TD3_NAMES}\n${TD3}⟧`,
    `Scan: ⟦${TD3_NAMES}\r\n${TD3}⟧ end`,
    `⟦${TD3}⟧`,
    `only the second line ⟦${TD3}⟧, thanks`,
    `⟦${TD1_DATA}\n${TD1_DATES}\n${TD1_NAMES}⟧`,
    `⟦${TD1_DATA}\n${TD1_DATES}⟧`,
    `a\n\n⟦${TD1_DATA}\r\n${TD1_DATES}\r\n${TD1_NAMES}⟧\nb`,
    String.raw`{"mrz":"⟦${TD3_NAMES}\n${TD3}⟧"}`,
    String.raw`{"mrz":"⟦${TD1_DATA}\r\n${TD1_DATES}\r\n${TD1_NAMES}⟧"}`,
    `⟦${TD3_NAMES}\n${TD3}⟧\n\n⟦${TD3_NAMES}\n${TD3}⟧`,
    `${"far away ".repeat(20)}⟦${TD3_NAMES}\n${TD3}⟧${" far away".repeat(20)} ⟦${TD1_DATA}\n${TD1_DATES}\n${TD1_NAMES}⟧`,
    TD3.replace("L898902C36", "L898902C37"),
    TD3.replace("7408122", "7408123"),
    TD3.replace("1204159", "1204158"),
    TD3.replace("<10", "<11"),
    TD3.replace("ZE184226B", "ZE184227B"),
    `${TD3}0`,
    TD3.slice(1),
    `${TD1_DATA.replace("D231458907", "D231458908")}\n${TD1_DATES}`,
    `${TD1_DATA}\n${TD1_DATES.replace(/6$/, "7")}`,
    `${TD1_DATA}\n${TD1_DATES.replace("7408122", "7408112")}`,
    TD1_DATA,
    TD3_NAMES,
  ]);

  test("is no wider than it says", () => {
    expect(passport.longest).toBeGreaterThanOrEqual(TD1_DATA.length * 3 + 8);
    expect(passport.longest).toBeGreaterThanOrEqual(TD3.length * 2 + 4);
  });

  test("a zone near the word passport is found once", () => {
    const zone = `${TD3_NAMES}\n${TD3}`;
    expect(found(passport, `My passport: ${zone}`)).toEqual([zone]);
    expect(found(passport, `My passport L898902C3 holds ${zone}`)).toEqual([zone]);
    expect(found(passport, `My passport L8989023 holds ${zone}`)).toEqual(["L8989023", zone]);
  });
});

describeId(passport, {
  worded: [
    "123456789",
    "A12345678",
    "AB123456",
    "AB 123456",
    "PAA123456",
    "YA1234567",
    "12AB34567",
    "12 AB 34567",
    "75 1234567",
    "C01X00T47",
    "XR1001R58",
    "M123A4567",
    "ab1234567",
    "L1234567",
    "20261399",
  ],
  word: "passport",
  never: ["1234567", "1234567890", "20260131", "31012026", "ABCDEFGHI", "AB12345678901"],
  rows: [
    "Mi pasaporte es el ⟦PAA123456⟧.",
    "passeport n° ⟦12AB34567⟧",
    "Reisepassnummer: ⟦C01X00T47⟧",
    "passaporto ⟦YA1234567⟧",
    "numer paszportu ⟦AB1234567⟧",
    "paspoort ⟦XR1001R58⟧",
    "pasaport no ⟦U12345678⟧",
    "загранпаспорт ⟦75 1234567⟧",
    "护照号码⟦E12345678⟧，",
    "パスポート番号は⟦TR1234567⟧です",
    "여권번호 ⟦M123A4567⟧",
    "PASSPORT NO ⟦123456789⟧",
    "passport is ⟦12345678⟧ today",
    "to pass 123456789 tests",
    "The passport office has its own door behind the station, order 123456789",
    "Passport issued 2019-03-12",
  ],
});

describeId(driversLicense, {
  alone: ["MORGA657054SM9IJ", "MORGA753116SM9IJ", "FO999512010AA9AA"],
  worded: ["A1234567", "D12345678", "123456789", "B072RRE2I55", "U1A234567B"],
  word: "driver's license",
  never: ["123456", "ABCDEFGH", "20260131", "A123456789012345678"],
  rows: [
    "driving licence number ⟦B1234567⟧",
    "Florida driver license ⟦A123-456-78-901-0⟧",
    "Illinois driver's license ⟦C123-4567-8901⟧",
    "Führerschein Nr. ⟦B072RRE2I55⟧",
    "permis de conduire ⟦123456789012⟧",
    "permiso de conducir ⟦12345678Z⟧",
    "patente di guida ⟦U1A234567B⟧",
    "prawo jazdy ⟦1234567⟧",
    "CNH ⟦12345678901⟧",
    "DL # ⟦S1234567⟧",
    "運転免許証番号⟦123456789012⟧",
    "MORGA667054SM9IJ",
    "MORGA657354SM9IJ",
    "html 12345678",
  ],
});
