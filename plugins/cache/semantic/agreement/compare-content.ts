import type { Content } from "./read-question";
import type { TokenKind } from "./token";
import type { Ground } from "./verdict";
import { NEGATIONS } from "./words/function-words";

const GROUNDS: Readonly<Record<Exclude<TokenKind, "word" | "break">, Ground>> = {
  placeholder: "placeholders",
  url: "urls",
  code: "code",
  quote: "quotes",
  number: "numbers",
  date: "dates",
  unit: "units",
  sign: "code",
};

const BY_WEIGHT: readonly Ground[] = [
  "placeholders",
  "urls",
  "code",
  "quotes",
  "numbers",
  "dates",
  "units",
  "negation",
  "entities",
  "words",
];

/** Both must say the same things equally often, in any order: what one of them says alone is the ground. */
export function compareContent(one: readonly Content[], other: readonly Content[]): Ground | undefined {
  const alone = new Map<string, Content[]>();
  const contrasted = new Set<string>();
  for (const it of one) {
    const same = alone.get(it.key);
    if (same === undefined) alone.set(it.key, [it]);
    else {
      same.push(it);
      contrasted.add(it.key);
    }
  }
  const grounds = new Set<Ground>();
  for (const it of other) {
    const twins = alone.get(it.key) ?? [];
    // Where a text says two words of one meaning ("remove or delete"), it tells them apart.
    const at = contrasted.has(it.key) ? twins.findIndex((twin) => twin.stem === it.stem) : 0;
    const twin = twins[at];
    if (twin === undefined) grounds.add(groundOf(it));
    else {
      twins.splice(at, 1);
      // `Windows` is no plural, and `Apple` no fruit's synonym.
      if (isNamed(it, twin) && twin.token.key !== it.token.key) grounds.add("entities");
    }
  }
  for (const left of alone.values()) for (const it of left) grounds.add(groundOf(it));
  return BY_WEIGHT.find((ground) => grounds.has(ground));
}

function isNamed(one: Content, other: Content): boolean {
  return one.token.name || other.token.name;
}

export function groundOf({ token }: Pick<Content, "token">): Ground {
  if (token.kind !== "word" && token.kind !== "break") return GROUNDS[token.kind];
  if (NEGATIONS.has(token.key)) return "negation";
  return token.name ? "entities" : "words";
}
