/** Canada: social insurance number, Luhn. `sin` and `nas` are words of several languages: alone they prove nothing. */
import { hasLuhnDigit } from "../credit-card";
import { groups, named, nationalId } from "./national-id";

export const caSin = nationalId({
  entity: "ca_sin",
  description:
    "Canadian social insurance numbers of 9 digits with a right check digit, near words such as social insurance or SIN:, or written with hyphens as 130-692-544.",
  longest: 11,
  pattern: groups("3 3 3"),
  words: named(
    "social insurance|assurance sociale",
    `sin (?:no|num|number|card)|sin(?: is)?["']? ?[:#=(]|sin is|(?:my|his|her|their|your|canadian) sin|nas no|nas["']? ?(?:[:#=(]|est)`,
  ),
  isValid: hasLuhnDigit,
  // None is given out that begins with 0 or 8.
  isUnmistakable: (text) => /^[1-79]\d{2}-\d{3}-\d{3}$/.test(text),
});
