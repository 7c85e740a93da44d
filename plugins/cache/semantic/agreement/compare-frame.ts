import type { Question } from "./read-question";
import type { Ground } from "./verdict";

/** What is asked about the content: what kind of answer, whether it may, should or must be, when, and about whom. */
export function compareFrame(one: Question, other: Question): Ground | undefined {
  if (!askTheSame(one, other)) return "question";
  if (!sameModals(one, other)) return "modality";
  // Without a verb that shows it, nobody can tell: "price of gold" is asked at any time.
  if (one.past !== other.past && one.finite && other.finite) return "tense";
  return samePersons(one, other) ? undefined : "persons";
}

function askTheSame(one: Question, other: Question): boolean {
  if (one.polar !== other.polar) return false;
  return one.asks.join() === other.asks.join() || isBare(one, other) || isBare(other, one);
}

/** "reset password" and "capital of France" are asked in two words as often as in a sentence. */
function isBare(one: Question, other: Question): boolean {
  const [asked, ...more] = other.asks;
  return one.asks.length === 0 && !one.finite && !one.task && more.length === 0 && (asked === "what" || asked === "how");
}

/** Who asks how to does not mind whether it is how one can or how one should; what one can do is asked by `do` as well. */
function sameModals(one: Question, other: Question): boolean {
  if (one.asks.includes("how") || other.asks.includes("how")) return true;
  const modals = [...one.modals, ...other.modals];
  // `can` may be either; one is not the other.
  if (modals.includes("possible") && modals.includes("allowed")) return false;
  return weigh(one) === weigh(other);
}

function weigh({ modals, polar }: Question): string {
  const plain = modals.map((modal) => (modal === "possible" || modal === "allowed" ? "can" : modal));
  return plain.filter((modal) => modal !== "can" || polar !== undefined || plain.length > 1).join();
}

/** The same act, are acted upon, and own: "who can I see" and "who can see me" are two questions, as are my policy and yours. */
function samePersons(one: Question, other: Question): boolean {
  const third = (it: Question): string => pick(it, THIRD).join();
  if (third(one) !== third(other)) return false;
  const mine = pick(one, OWNERS);
  const theirs = pick(other, OWNERS);
  if (mine.length > 0 && theirs.length > 0 && mine.join() !== theirs.join()) return false;
  return pick(one, ACTORS).join() === pick(other, ACTORS).join() || isImpersonal(one, other) || isImpersonal(other, one);
}

const THIRD = new Set(["he", "him", "his", "she", "her"]);
const OWNERS = new Set(["my", "your"]);
const ACTORS = new Set(["i", "me", "you"]);

/** "how to cook rice" is "how do I cook rice"; "how does it cook" is not. */
function isImpersonal(one: Question, other: Question): boolean {
  if (one.asks.some((asked) => asked === "what" || asked.startsWith("who"))) return false;
  return !one.finite && pick(one, ACTORS).length === 0 && !other.persons.includes("me");
}

/** In order, without repetitions in a row. */
function pick({ persons }: Question, of: ReadonlySet<string>): readonly string[] {
  return persons.filter((person) => of.has(person)).filter((person, at, all) => person !== all[at - 1]);
}
