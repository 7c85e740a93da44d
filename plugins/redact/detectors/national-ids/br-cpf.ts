/** Brazil: CPF of persons; two check digits modulo 11. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const brCpf = nationalId({
  entity: "br_cpf",
  description: "Brazilian CPF of 11 digits with right check digits, written as 111.444.777-35, or near words such as CPF.",
  longest: 14,
  pattern: groups("3 3 3 2"),
  words: named("cadastro de pessoas? f|pessoas? f[ií]sicas?|brazilian tax", "cpf"),
  isValid: (id) => brazilianDigit(id, 9, 11) === id.charAt(9) && brazilianDigit(id, 10, 11) === id.charAt(10),
  isUnmistakable: (text) => /^\d{3}\.\d{3}\.\d{3}-\d{2}$/.test(text),
});

/**
 * The digit that checks the first `length` characters: weights from 2 up, from right to left.
 * @param highest weight; behind it, they begin again with 2
 */
export function brazilianDigit(id: string, length: number, highest: number): string {
  const weights = Array.from({ length }, (_, index) => 2 + ((length - 1 - index) % (highest - 1)));
  return String(((((11 - weightedSum(id, weights)) % 11) + 11) % 11) % 10);
}
