/** What a client understands of the dialect's output: a plain reading by the published format, sharing no code with the encoder. */
import type { FinishReason } from "../../../plugins/core/events";
import type { Folded } from "../../providers/oracle";

interface WireCall {
  readonly index?: number;
  readonly id?: string;
  readonly type?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

interface WireMessage {
  readonly role?: string;
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly WireCall[];
}

interface WireChoice {
  readonly index: number;
  readonly message?: WireMessage;
  readonly delta?: WireMessage;
  readonly finish_reason: string | null;
}

export interface WireAnswer {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly WireChoice[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number };
  } | null;
  readonly error?: { readonly message: string };
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  content_filter: "content-filter",
};

export function readDocument(json: string): Folded {
  const answer = JSON.parse(json) as WireAnswer;
  expect(answer.object).toBe("chat.completion");
  const choice = answer.choices.find((it) => it.index === 0);
  const { message } = choice ?? {};
  return {
    text: message?.content ?? "",
    reasoning: message?.reasoning_content ?? "",
    refusal: message?.refusal ?? "",
    toolCalls: (message?.tool_calls ?? []).map((call) => ({
      id: call.id ?? "",
      name: call.function?.name ?? "",
      arguments: call.function?.arguments ?? "",
    })),
    finish: FINISH[choice?.finish_reason ?? ""],
    usage: usageOf(answer),
    error: undefined,
  };
}

/** The `data:` payloads of a stream; checks the framing on the way. */
export function frames(stream: string): string[] {
  expect(stream.endsWith("\n\n")).toBe(true);
  return stream
    .slice(0, -2)
    .split("\n\n")
    .map((frame) => {
      expect(frame.startsWith("data: ")).toBe(true);
      expect(frame).not.toContain("\n");
      return frame.slice("data: ".length);
    });
}

export function chunksOf(stream: string): WireAnswer[] {
  return frames(stream)
    .filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as WireAnswer);
}

export function readStream(stream: string): Folded {
  const read = { text: "", reasoning: "", refusal: "" };
  const calls: { id: string; name: string; arguments: string }[] = [];
  let finish: FinishReason | undefined;
  let usage: Folded["usage"];
  let error: string | undefined;
  for (const chunk of chunksOf(stream)) {
    if (chunk.error !== undefined) error = chunk.error.message;
    usage = usageOf(chunk) ?? usage;
    for (const { index, delta, finish_reason } of chunk.choices ?? []) {
      if (index !== 0) continue;
      read.text += delta?.content ?? "";
      read.reasoning += delta?.reasoning_content ?? "";
      read.refusal += delta?.refusal ?? "";
      for (const piece of delta?.tool_calls ?? []) {
        const at = piece.index ?? -1;
        // The first piece, and only the first, says who is called.
        if (at === calls.length) calls.push({ id: piece.id ?? "", name: piece.function?.name ?? "", arguments: "" });
        else expect(piece.id ?? piece.function?.name).toBeUndefined();
        const call = calls[at];
        if (call !== undefined) call.arguments += piece.function?.arguments ?? "";
      }
      if (finish_reason !== null) finish = FINISH[finish_reason];
    }
  }
  return { ...read, toolCalls: calls, finish, usage, error };
}

function usageOf({ usage }: WireAnswer): Folded["usage"] {
  if (!usage) return undefined;
  const cacheRead = usage.prompt_tokens_details?.cached_tokens;
  return {
    input: usage.prompt_tokens,
    output: usage.completion_tokens,
    ...(cacheRead === undefined ? {} : { cacheRead }),
  };
}
