/** The request of one exchange: what is in it that must not leave, and the request that may. */
import type { ChatRequest } from "../core/chat";
import { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { Awaitable } from "../core/plugin";
import { type ExactNumbers, exactNumbers } from "./exact-numbers";
import { Findings, type Found, isData } from "./findings";
import { gather } from "./gather";
import { Changes, Collector, type Item, Replacer } from "./items";
import { unescapeJson } from "./json-text";
import { KnownValues } from "./known-values";
import type { Redactor } from "./redactor";
import { merge, outside, type Region } from "./regions";
import { blocked, replacement } from "./replacement";
import { type Replace, rewriteJson, rewriteText } from "./rewrite";
import { OTHER } from "./rules";
import type { Tally } from "./tally";
import type { Vault } from "./vault";
import { walkRequest } from "./walk/request";

const AS_PARSED: ExactNumbers = new Map();

export class RequestRedaction {
  readonly #redactor: Redactor;
  readonly #exchange: Exchange;
  readonly #vault: Vault;
  readonly #tally: Tally;
  readonly #findings: Findings;

  constructor(redactor: Redactor, exchange: Exchange, vault: Vault, tally: Tally) {
    this.#redactor = redactor;
    this.#exchange = exchange;
    this.#vault = vault;
    this.#tally = tally;
    this.#findings = new Findings(redactor.inspector, redactor.rules, "request");
  }

  /** Replaces the exchange's request where something is found in it. @throws GraftError `content_blocked` or `unavailable` */
  run(): Awaitable<void> {
    const { source } = this.#exchange;
    const { analyzers, inspector } = this.#redactor;
    const gathered = gather(source.value);
    // What such a number really was is in no text: it is looked for below.
    const exact = gathered.inexact ? exactNumbers(source) : AS_PARSED;
    const mayPass = !gathered.media && !gathered.inexact && analyzers.length === 0;
    const suspected = inspector.suspects(gathered);
    if (mayPass && !suspected) return undefined;
    const { request } = this.#exchange;
    const collector = new Collector(exact, (part) => this.#unreadable(part));
    walkRequest(request, collector);
    const mustGo = (entity: string): boolean => this.#redactor.rules.actionOf(entity, "request") !== "flag";
    const apply = (): void => {
      this.#apply(request, collector.items, exact);
      // It may stand where decoding does not look, in a member nobody knows: the bytes that came hold it still.
      if (suspected && !this.#exchange.rewritten && inspector.suspects(gathered, mustGo)) this.#exchange.request = request;
    };
    return analyzers.length === 0 ? apply() : this.#analyze(collector.items).then(apply);
  }

  #apply(request: ChatRequest, items: readonly Item[], exact: ExactNumbers): void {
    const changes = new Changes(this.#redactor.covers);
    const values = new Map<string, string>();
    for (const item of items) {
      const found = this.#foundIn(item);
      this.#tell(found);
      changes.add(item, this.#rewrite(item, found.regions));
      if (!this.#redactor.covers(item.place)) continue;
      for (const region of found.regions) {
        if (isData(region)) values.set(meaning(item.text.slice(region.start, region.end)), region.entity);
      }
    }
    this.#replaceKnown(items, new KnownValues(values), changes);
    if (!changes.none) this.#exchange.request = walkRequest(request, new Replacer(changes, exact));
  }

  /** After all others, so that what is known of later turns renumbers nothing. */
  #replaceKnown(items: readonly Item[], known: KnownValues, changes: Changes): void {
    if (known.empty) return;
    for (const item of items) {
      if (!this.#redactor.covers(item.place)) continue;
      const { regions } = this.#foundIn(item);
      const more = outside(merge(known.find(item.text)), regions);
      if (more.length > 0) changes.add(item, this.#rewrite(item, merge([...regions, ...more])));
    }
  }

  #foundIn({ text, place }: Item): Found {
    return this.#redactor.covers(place) ? this.#findings.in(text) : this.#findings.lookalikesIn(text);
  }

  #tell({ regions, flagged }: Found): void {
    for (const { entity } of flagged) this.#tally.add(entity, "flag", "request");
    for (const region of regions) {
      if (!isData(region)) continue;
      const action = this.#redactor.rules.actionOf(region.entity, "request");
      this.#tally.add(region.entity, action, "request");
      if (action === "block") throw blocked(region.entity, "request");
    }
  }

  #rewrite({ text, form, place }: Item, regions: readonly Region[]): string {
    if (regions.length === 0) return text;
    const { rules, config } = this.#redactor;
    const replace: Replace = (entity, spelling) => {
      const action = form === "name" ? "placeholder" : rules.actionOf(entity, "request");
      if (action === "placeholder") return this.#vault.placeholder(entity, spelling, place.origin);
      return replacement(action, entity, spelling.text, config.hash_key);
    };
    if (form === "json") return rewriteJson(text, regions, replace);
    if (form === "text") return rewriteText(text, regions, replace);
    // No provider takes a name with brackets, and a client must find its tools again by it.
    const name = rewriteText(text, regions, (entity, spelling) => replace(entity, spelling).replace(/[<>]/g, ""));
    this.#vault.names.set(name, text);
    return name;
  }

  #unreadable(part: string): void {
    const block = this.#redactor.config.uninspectable === "block";
    this.#tally.uninspectable(part, block);
    if (block) throw new GraftError("content_blocked", `Your request holds what nothing here can look into: ${part}.`);
  }

  /** What other services find in the texts that are looked at. */
  async #analyze(items: readonly Item[]): Promise<void> {
    const { analyzers, covers } = this.#redactor;
    const texts = [...new Set(items.filter(({ place }) => covers(place)).map(({ text }) => text))];
    if (texts.length === 0) return;
    // Told before anybody is asked: what is blocked goes nowhere, and where analyzers are may depend on what is known.
    for (const item of items) this.#tell(this.#foundIn(item));
    this.#tally.countAgain("request");
    for (const { analyzer, onError } of analyzers) {
      const found = await analyzer.analyze(this.#exchange, texts).catch(() => undefined);
      if (found === undefined) {
        this.#exchange.facts.add({ kind: "check-unavailable", check: analyzer.name, passed: onError === "open" });
        if (onError === "closed") throw new GraftError("unavailable", "Your request could not be checked for personal data.");
      }
      for (const [at, text] of texts.entries()) this.#findings.add(text, this.#analyzed(text, found?.[at] ?? []));
    }
  }

  #analyzed(text: string, regions: readonly Region[]): readonly Region[] {
    const { entities, inspector, rules } = this.#redactor;
    return regions
      .map((region) => (entities.has(region.entity) ? region : { ...region, entity: OTHER }))
      .filter(({ start, end, entity }) => !rules.excludes(entity) && !inspector.allows(text.slice(start, end)));
  }
}

/** What a spelling stands for, however deep in JSON. */
function meaning(spelled: string): string {
  let text = spelled;
  while (text.includes("\\")) {
    const plainer = unescapeJson(text);
    if (plainer === undefined || plainer === text) break;
    text = plainer;
  }
  return text;
}
