/** Regions and tags that a rule names: that some target carries them, and that they do not contradict each other. */
import type { Fault, PolicyShape } from "../define-plugin";
import type { RuleConfig } from "./config";
import { mayBeIn, within } from "./region";

export function checkPlaces({ allow, deny }: RuleConfig, policy: PolicyShape): Fault[] {
  const { regions, tags } = policy;
  return [
    ...each(allow.regions, ["allow", "regions"], (region) => {
      if (!regions.some((known) => within(known, region))) return unknown("is in", region, regions);
      const denied = deny.regions.find((other) => within(region, other));
      return denied === undefined ? undefined : `has no effect: the rule denies ${JSON.stringify(denied)}`;
    }),
    ...each(deny.regions, ["deny", "regions"], (region) =>
      regions.some((known) => mayBeIn(known, region)) ? undefined : unknown("is in", region, regions),
    ),
    ...each(allow.tags, ["allow", "tags"], (tag) => {
      if (!tags.includes(tag)) return unknown("carries the tag", tag, tags);
      return deny.tags.includes(tag) ? "has no effect: the rule denies it as well" : undefined;
    }),
    ...each(deny.tags, ["deny", "tags"], (tag) => (tags.includes(tag) ? undefined : unknown("carries the tag", tag, tags))),
    ...unplaced(deny.regions, policy),
  ];
}

function each(words: readonly string[], path: Fault["path"], faultOf: (word: string) => string | undefined): Fault[] {
  return words.flatMap((word, index) => {
    const message = faultOf(word);
    return message === undefined ? [] : [{ path: [...path, index], message }];
  });
}

function unknown(what: string, word: string, known: readonly string[]): string {
  return `no target ${what} ${JSON.stringify(word)}; there are: ${known.length === 0 ? "(none)" : known.join(", ")}`;
}

function unplaced(denied: readonly string[], { aliases }: PolicyShape): Fault[] {
  const labels = aliases.flatMap(({ targets }) => targets.flatMap(({ region, label }) => (region === undefined ? [label] : [])));
  if (denied.length === 0 || labels.length === 0) return [];
  const shown = [...new Set(labels)].join(", ");
  const message = `also denies ${shown}: nobody said in which region that is`;
  return [{ path: ["deny", "regions"], message, severity: "warning" }];
}
