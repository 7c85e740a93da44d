/** Answers to the same question in other words: near by vector, and nothing in them that says otherwise. */
import { createHash } from "node:crypto";
import type { Exchange } from "../../core/exchange";
import type { Target } from "../../core/target";
import type { PluginServices, PolicyFacts } from "../../define-plugin";
import type { SemanticConfig } from "../config";
import type { EntryStore } from "../entries/entry-store";
import type { Entry } from "../entry";
import type { Named } from "../named";
import { agrees } from "./agreement";
import { Embedder } from "./embed/embedder";
import { openIndex } from "./index/open-index";
import type { Neighbour, VectorIndex } from "./index/vector-index";
import { type Judge, openJudge } from "./judge";
import { shadowRecord } from "./shadow-record";

export interface Similar {
  readonly entry: Entry;
  readonly similarity: number;
}

interface Parts {
  readonly config: SemanticConfig;
  readonly entries: EntryStore;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly judge: Judge | undefined;
  /** Of the embeddings model. */
  readonly space: string;
  readonly maxAgeMs: number;
  onTrouble(error: unknown): void;
  now(): number;
}

/** Of the nearest, so many are looked at. */
const CANDIDATES = 5;

export class Semantic {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Never rejects: what is not there, or not in time, is not found. */
  async find(exchange: Exchange, named: Named): Promise<Similar | undefined> {
    const { config, embedder, entries, judge } = this.#parts;
    const question = this.#questionOf(named);
    const vector = question === undefined ? undefined : await embedder.embed(exchange, question);
    if (question === undefined || vector === undefined) return undefined;
    for (const { id, score } of await this.#near(named, vector)) {
      const { entry } = id === named.key ? { entry: undefined } : await entries.get(id);
      if (entry?.question === undefined || this.#parts.now() - entry.storedAt > this.#parts.maxAgeMs) continue;
      const verdict = agrees(question, entry.question);
      if (config.mode === "serve" && !verdict.agree) continue;
      const same = verdict.agree && (judge === undefined || (await judge.same(exchange, question, entry.question)));
      if (config.mode === "shadow") shadowRecord(exchange, { question, stored: entry.question, score, verdict, same });
      else if (same) return { entry, similarity: score };
      // Nobody waits for a second verdict.
      if (verdict.agree) return undefined;
    }
    return undefined;
  }

  /** Never rejects. */
  async add(exchange: Exchange, named: Named, expiresAt: number): Promise<void> {
    const question = this.#questionOf(named);
    const vector = question === undefined ? undefined : await this.#parts.embedder.embed(exchange, question);
    if (vector === undefined) return;
    const { index, onTrouble } = this.#parts;
    await index.add(this.#partition(named), { id: named.key, vector, expiresAt }).catch(onTrouble);
  }

  async #near(named: Named, vector: Float32Array): Promise<readonly Neighbour[]> {
    const { index, config, onTrouble } = this.#parts;
    try {
      return await index.search(this.#partition(named), vector, CANDIDATES, config.threshold);
    } catch (thrown) {
      onTrouble(thrown);
      return [];
    }
  }

  #partition(named: Named): string {
    return `${this.#parts.space}:${named.rest()}`;
  }

  #questionOf({ print }: Named): string | undefined {
    return print.messages > this.#parts.config.max_messages ? undefined : print.question;
  }
}

export function openSemantic(
  config: SemanticConfig,
  entries: EntryStore,
  services: PluginServices,
  policy: PolicyFacts,
  parts: { readonly maxAgeMs: number; onTrouble(error: unknown): void },
): Semantic {
  const { sideCalls, clock } = services;
  const { embeddings } = config;
  const target = policy.target(embeddings);
  const { onTrouble, maxAgeMs } = parts;
  const embedder = new Embedder({
    sideCalls,
    target,
    purpose: "cache:embeddings",
    timeoutMs: embeddings.timeout_ms,
    ...(embeddings.dimensions === undefined ? {} : { dimensions: embeddings.dimensions }),
    onTrouble,
  });
  const index = openIndex(config, services, onTrouble);
  const judge = config.judge && openJudge(config.judge, services, policy, onTrouble);
  const space = spaceOf(target, embeddings.dimensions);
  return new Semantic({ config, entries, embedder, index, space, judge, maxAgeMs, onTrouble, now: () => clock.now() });
}

/** Vectors of different models cannot be compared, and nothing shows. */
function spaceOf({ provider, model }: Target, dimensions: number | undefined): string {
  const { codec, scheme, authority, basePath } = provider;
  const said = JSON.stringify([codec.kind, scheme, authority, basePath, model, dimensions]);
  return createHash("sha256").update(said).digest("base64url");
}
