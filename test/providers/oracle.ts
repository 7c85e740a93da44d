/**
 * Recorded provider traffic with an independent reading of it (`facts`): loads records, cuts bodies in pieces, folds decoded events
 * and compares. Shared by every codec's conformance test:
 *
 *   describeOracle("gemini", (records) => { conform(records.filter(…), geminiCodec, { knownDifferences: { "gemini-ab12": "why" } }) })
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ChatEvent, FinishReason, Usage } from "../../plugins/core/events";
import type { DecodeContext, ProviderCodec } from "../../plugins/core/provider";

const ORACLES = path.resolve(__dirname, "../../../shared/oracles");

export interface OracleFacts {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly {
    readonly id: string | null;
    readonly name: string;
    readonly args: unknown;
    readonly provider_executed: boolean;
  }[];
  readonly finish: string;
  readonly finish_raw: string | null;
  readonly usage: {
    readonly input: number | null;
    readonly output: number | null;
    readonly cache_read: number | null;
    readonly cache_write: number | null;
    readonly reasoning: number | null;
  };
  readonly errors: readonly string[];
}

export interface OracleRecord {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly model: string;
  readonly path: string;
  readonly status: number;
  readonly content_type: string;
  readonly stream: boolean;
  readonly framing: string;
  readonly tags: readonly string[];
  readonly request: { readonly [key: string]: unknown } | null;
  readonly response_text?: string;
  readonly response_b64?: string;
  readonly facts?: OracleFacts;
}

/** Runs `body` with the records of one traffic file; where the oracles are absent the suite is skipped, visibly. */
export function describeOracle(file: string, body: (records: readonly OracleRecord[]) => void): void {
  const name = path.join(ORACLES, "traffic", `${file}.jsonl`);
  if (!existsSync(name)) {
    console.warn(`SKIPPED: recorded ${file} traffic is not here (${path.relative(process.cwd(), name)})`);
    describe.skip(`recorded ${file} traffic`, () => it("needs the oracles", () => undefined));
    return;
  }
  const records = readFileSync(name, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as OracleRecord);
  describe(`recorded ${file} traffic`, () => body(records));
}

/** `undefined` where the golden tables are absent. */
export function goldenTable(file: "kong" | "apisix"): readonly { readonly [key: string]: unknown }[] | undefined {
  const name = path.join(ORACLES, "golden", `${file}.json`);
  if (existsSync(name)) return JSON.parse(readFileSync(name, "utf8")) as { readonly [key: string]: unknown }[];
  console.warn(`SKIPPED: golden table ${file} is not here`);
  return undefined;
}

/** A successful answer of this API that the reference reader read without trouble. */
export function isReadable(record: OracleRecord, api: string): boolean {
  return record.api === api && record.status < 400 && record.facts !== undefined && record.facts.errors.length === 0;
}

export function bodyOf(record: OracleRecord): Buffer {
  return record.response_b64 === undefined
    ? Buffer.from(record.response_text ?? "", "utf8")
    : Buffer.from(record.response_b64, "base64");
}

/** The same bytes whole, byte by byte, in sevens and at random places (same seed, same places). Each piece is its own copy. */
export function splits(
  body: Uint8Array,
  seed = 1,
): Readonly<Record<"whole" | "bytes" | "sevens" | "random", readonly Uint8Array[]>> {
  return {
    whole: [Uint8Array.from(body)],
    bytes: cut(body, () => 1),
    sevens: cut(body, () => 7),
    random: cut(body, randomSizes([1, 2, 3, 5, 17, 64, 257], seed)),
  };
}

function cut(body: Uint8Array, size: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const end = Math.min(body.length, at + size());
    pieces.push(Uint8Array.from(body.subarray(at, end)));
    at = end;
  }
  return pieces;
}

/** mulberry32: small, seeded, good enough to choose split points. */
function randomSizes(sizes: readonly number[], seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return sizes[((mixed ^ (mixed >>> 14)) >>> 0) % sizes.length] ?? 1;
  };
}

/** Ids count up, so that two readings of the same bytes invent the same ids. */
export function testContext(model = "test-model"): DecodeContext {
  let count = 0;
  return { newId: (prefix) => `${prefix}${++count}`, model, maxEventBytes: 16 * 1024 * 1024 };
}

/** Decodes pieces of a streamed body, or the joined pieces of a whole one. Reused memory is wiped to catch codecs that keep it. */
export function decodePieces(
  codec: ProviderCodec,
  streamed: boolean,
  pieces: readonly Uint8Array[],
  context: DecodeContext,
): ChatEvent[] {
  if (!streamed) return codec.decodeResponse(JSON.parse(Buffer.concat(pieces).toString("utf8")) as unknown, context);
  const decoder = codec.decodeStream(context);
  const events: ChatEvent[] = [];
  for (const piece of pieces) {
    const lent = Uint8Array.from(piece);
    events.push(...decoder.push(lent));
    lent.fill(0x2a);
  }
  events.push(...decoder.end());
  return events;
}

export interface Folded {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly refusal: string;
  readonly finish: FinishReason | undefined;
  readonly usage: Usage | undefined;
  readonly error: string | undefined;
}

/** What the first choice says, as `facts` does. */
export function foldEvents(events: readonly ChatEvent[]): Folded {
  const blocks = new Map<number, { kind: string; id: string; name: string; text: string }>();
  let finish: FinishReason | undefined;
  let usage: Usage | undefined;
  let error: string | undefined;
  for (const event of events) {
    if (event.type === "usage") usage = event.usage;
    if (event.type === "error") error = event.error.message;
    if (!("choice" in event) || event.choice !== 0) continue;
    if (event.type === "finish") finish = event.reason;
    if (event.type === "block-start") {
      const { start } = event;
      const tool = start.kind === "tool-call" ? start : { id: "", name: "" };
      blocks.set(event.block, { kind: start.kind, id: tool.id, name: tool.name, text: "" });
    }
    const block = event.type === "delta" ? blocks.get(event.block) : undefined;
    if (event.type === "delta" && block !== undefined) block.text += event.text;
  }
  const all = [...blocks.values()];
  const textOf = (kind: string): string =>
    all
      .filter((block) => block.kind === kind)
      .map((block) => block.text)
      .join("");
  const toolCalls = all
    .filter((block) => block.kind === "tool-call")
    .map(({ id, name, text }) => ({ id, name, arguments: text }));
  return { text: textOf("text"), reasoning: textOf("reasoning"), toolCalls, refusal: textOf("refusal"), finish, usage, error };
}

/** Breaks of the event grammar that core/events.ts promises; empty = well formed. */
export function grammarBreaks(events: readonly ChatEvent[]): string[] {
  const breaks: string[] = [];
  const open = new Set<string>();
  const next = new Map<number, number>();
  const finished = new Set<number>();
  for (const [at, event] of events.entries()) {
    if ((at === 0) !== (event.type === "start") && events[0]?.type !== "error")
      breaks.push(`${at}: start must come first and once`);
    if (event.type === "error" && at !== events.length - 1) breaks.push(`${at}: something follows an error`);
    if (event.type === "finish") {
      if (finished.has(event.choice)) breaks.push(`${at}: second finish of choice ${event.choice}`);
      finished.add(event.choice);
      for (const key of open) if (key.startsWith(`${event.choice}/`)) breaks.push(`${at}: finish with open block ${key}`);
    }
    if (!("block" in event)) continue;
    const key = `${event.choice}/${event.block}`;
    if (finished.has(event.choice)) breaks.push(`${at}: ${event.type} after finish`);
    if (event.type === "block-start") {
      if (event.block !== (next.get(event.choice) ?? 0)) breaks.push(`${at}: block ${key} out of order`);
      next.set(event.choice, event.block + 1);
      open.add(key);
    } else if (!open.has(key)) breaks.push(`${at}: ${event.type} on closed block ${key}`);
    if (event.type === "block-end") open.delete(key);
  }
  return breaks;
}

/** Where a reading differs from the facts; the four groups are what the pass rates count. */
export interface Differences {
  readonly text?: string;
  readonly tools?: string;
  readonly finish?: string;
  readonly usage?: string;
}

export function compare(folded: Folded, facts: OracleFacts): Differences {
  const expectedCalls = facts.tool_calls.filter((call) => !call.provider_executed);
  const calls = folded.toolCalls.map((call) => [call.name, argsOf(call.arguments)]);
  const ids = folded.toolCalls.map((call) => call.id);
  const badIds = ids.some((id) => id === "") || new Set(ids).size !== ids.length;
  const knownIds = expectedCalls.some((call, at) => call.id !== null && call.id !== ids[at]);
  const expectedFinish = finishesOf(facts, expectedCalls.length > 0);
  const finishDiffers = expectedFinish !== undefined && !expectedFinish.includes(folded.finish ?? "none");
  const usageDiffers =
    differs(facts.usage.input, folded.usage?.input) ||
    differs(facts.usage.output, folded.usage?.output) ||
    (facts.usage.cache_read !== null && facts.usage.cache_read > 0 && folded.usage?.cacheRead !== facts.usage.cache_read);
  const sameTools =
    same(
      calls,
      expectedCalls.map((call) => [call.name, call.args]),
    ) &&
    !badIds &&
    !knownIds;
  return {
    ...(folded.text.trim() === facts.text.trim() ? {} : { text: `${quote(folded.text)} ≠ ${quote(facts.text)}` }),
    ...(sameTools ? {} : { tools: `${quote({ calls, ids })} ≠ ${quote(expectedCalls)}` }),
    ...(finishDiffers ? { finish: `${folded.finish ?? "none"} ≠ ${expectedFinish.join("|")}` } : {}),
    ...(usageDiffers ? { usage: `${quote(folded.usage)} ≠ ${quote(facts.usage)}` } : {}),
  };
}

/** The finish reasons that fit the facts; `undefined` = no expectation. A forced tool may end in `stop` at OpenAI itself. */
function finishesOf(facts: OracleFacts, hasCalls: boolean): string[] | undefined {
  if (hasCalls && (facts.finish === "stop" || facts.finish === "tool-calls")) return ["tool-calls", "stop"];
  return facts.finish === "error" || facts.finish === "other" ? undefined : [facts.finish];
}

function differs(expected: number | null, found: number | undefined): boolean {
  return expected !== null && expected !== found;
}

/** As the facts hold them: parsed, or the text itself where it is not JSON; no arguments read as `{}`. */
function argsOf(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

function quote(value: unknown): string {
  return (typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined")).slice(0, 400);
}

export interface ConformOptions {
  /** Record id → why its reading differs from the facts. A listed record that agrees fails the test: the list stays true. */
  readonly knownDifferences?: Readonly<Record<string, string>>;
  /** The same, where the facts miss what the bytes say: not counted against the codec. */
  readonly factGaps?: Readonly<Record<string, string>>;
  /** Decoded events → what a client reads at the other end; identity when absent. */
  readonly through?: (events: readonly ChatEvent[], record: OracleRecord) => Folded;
}

/** Registers the tests of a codec on readable records: one a record, then the pass rates. */
export function conform(records: readonly OracleRecord[], codec: ProviderCodec, options: ConformOptions = {}): void {
  const gaps = options.factGaps ?? {};
  const known = { ...options.knownDifferences, ...gaps };
  const read = options.through ?? foldEvents;
  const wrong = { textOrTools: 0, finish: 0, usage: 0 };

  it.each(records.map((record) => [record.id, record] as const))("%s", (id, record) => {
    const pieces = splits(bodyOf(record));
    const whole = decodePieces(codec, record.stream, pieces.whole, testContext(record.model));
    expect(grammarBreaks(whole)).toEqual([]);
    const folded = read(whole, record);
    if (record.stream) {
      for (const split of ["bytes", "sevens", "random"] as const) {
        const events = decodePieces(codec, true, pieces[split], testContext(record.model));
        expect({ split, folded: read(events, record) }).toEqual({ split, folded });
      }
    }
    const differences = record.facts === undefined ? {} : compare(folded, record.facts);
    const counts = gaps[id] === undefined;
    if (counts && (differences.text !== undefined || differences.tools !== undefined)) wrong.textOrTools += 1;
    if (counts && differences.finish !== undefined) wrong.finish += 1;
    if (counts && differences.usage !== undefined) wrong.usage += 1;
    if (known[id] === undefined) expect(differences).toEqual({});
    else expect(Object.keys(differences)).not.toEqual([]);
  });

  it(`agrees with the facts on ≥ 99 % (text, tools) and ≥ 97 % (finish, usage) of ${records.length} records`, () => {
    expect(records.length).toBeGreaterThan(0);
    expect(wrong.textOrTools / records.length).toBeLessThanOrEqual(0.01);
    expect(wrong.finish / records.length).toBeLessThanOrEqual(0.03);
    expect(wrong.usage / records.length).toBeLessThanOrEqual(0.03);
  });
}
