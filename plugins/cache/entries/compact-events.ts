/** The same answer in fewer events: what came token by token is one piece for each block. */
import type { ChatEvent } from "../../core/events";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Delta = Mutable<Extract<ChatEvent, { type: "delta" }>>;
type Logprobs = Extract<ChatEvent, { type: "logprobs" }>;

/** What the next events of a choice may be added to. */
interface Growing {
  delta: Delta | undefined;
  logprobs: (Omit<Logprobs, "tokens"> & { readonly tokens: Logprobs["tokens"][number][] }) | undefined;
}

/**
 * Joins deltas of a block, and lists of log probabilities, where nothing of the same choice stands between them but each other; of usage
 * the last is kept. Choices may move against each other, the events of one never do.
 */
export function compactEvents(events: readonly ChatEvent[]): ChatEvent[] {
  const out: ChatEvent[] = [];
  const choices = new Map<number, Growing>();
  const lastUsage = events.findLastIndex(({ type }) => type === "usage");
  for (const [at, event] of events.entries()) {
    if (event.type === "usage" && at !== lastUsage) continue;
    if (!("choice" in event)) {
      out.push(event);
      continue;
    }
    const growing = choices.get(event.choice) ?? { delta: undefined, logprobs: undefined };
    choices.set(event.choice, growing);
    if (event.type === "delta") addDelta(growing, event, out);
    else if (event.type === "logprobs") addLogprobs(growing, event, out);
    else {
      choices.delete(event.choice);
      out.push(event);
    }
  }
  return out;
}

function addDelta(growing: Growing, event: Delta, out: ChatEvent[]): void {
  const { delta } = growing;
  if (delta === undefined || delta.block !== event.block || !joins(delta.data)) {
    growing.delta = { ...event };
    out.push(growing.delta);
    return;
  }
  delta.text += event.text;
  if (event.data !== undefined) delta.data = (delta.data ?? "") + event.data;
}

/** Base64 in pieces is each padded: only what ends on a whole group of four, without padding, reads the same with more behind it. */
function joins(base64: string | undefined): boolean {
  return base64 === undefined || (base64.length % 4 === 0 && !base64.endsWith("="));
}

function addLogprobs(growing: Growing, event: Logprobs, out: ChatEvent[]): void {
  const { logprobs } = growing;
  if (logprobs?.of === event.of) {
    for (const token of event.tokens) logprobs.tokens.push(token);
    return;
  }
  growing.logprobs = { ...event, tokens: [...event.tokens] };
  out.push(growing.logprobs);
}
