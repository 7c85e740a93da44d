import { streetAddress } from "../../../plugins/redact/detectors/street-address";
import { table } from "./support";

describe("found", () => {
  table(streetAddress, [
    ["I live at 123 Main Street.", "123 Main Street."],
    ["221B Baker St, London", "221B Baker St"],
    ["1600 Pennsylvania Avenue NW", "1600 Pennsylvania Avenue"],
    ["12 Old Mill Road, Apt 4, Leeds", "12 Old Mill Road, Apt 4"],
    ["350 W 42nd Street", "350 W 42nd Street"],
    ["Musterstraße 12a, 10115 Berlin", "Musterstraße 12a"],
    ["wohnt in der Hauptstr. 5", "Hauptstr. 5"],
    ["Keizersgracht 174, Amsterdam", "Keizersgracht 174"],
    ["12 bis rue de la Paix, Paris", "12 bis rue de la Paix"],
    ["Calle Mayor 10, Madrid", "Calle Mayor 10"],
    ["Via Giuseppe Verdi, 5", "Via Giuseppe Verdi, 5"],
    ["Rua Augusta, 1500", "Rua Augusta, 1500"],
    ["ul. Marszałkowska 10/12", "ul. Marszałkowska 10/12"],
  ]);
});

describe("not found", () => {
  table(streetAddress, [
    ["the street has 12 houses"],
    ["12 main points"],
    ["Main Street"],
    ["Wall Street fell 5 percent"],
    ["3 ways to do it"],
    ["HTTP 404 Not Found"],
    ["Chapter 12 The Way Home"],
    ["via email 5 times, via SOCKS5, Via SOCKS5"],
  ]);
});
