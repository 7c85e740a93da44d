/** A complete answer as rules read it. */
import type { Annotation, BlockStart, ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { AnswerChoice, AnswerView } from "./rule";

interface Choice {
  readonly blocks: Map<number, { readonly start: BlockStart; text: string }>;
  readonly citations: Annotation[];
}

export function foldAnswer(events: readonly ChatEvent[], exchange: Exchange): AnswerView {
  const choices = new Map<number, Choice>();
  for (const event of events) {
    if (!("choice" in event)) continue;
    const choice: Choice = choices.get(event.choice) ?? { blocks: new Map(), citations: [] };
    choices.set(event.choice, choice);
    if (event.type === "block-start") choice.blocks.set(event.block, { start: event.start, text: "" });
    else if (event.type === "annotation") choice.citations.push(event.annotation);
    else if (event.type === "delta") {
      const block = choice.blocks.get(event.block);
      if (block !== undefined) block.text += event.text;
    }
  }
  return { exchange, choices: [...choices.values()].map(folded) };
}

function folded({ blocks, citations }: Choice): AnswerChoice {
  const all = [...blocks.values()];
  const said = (...kinds: BlockStart["kind"][]): string =>
    all.flatMap(({ start, text }) => (kinds.includes(start.kind) ? [text] : [])).join("");
  return {
    text: said("text", "audio"),
    reasoning: said("reasoning"),
    refusal: said("refusal"),
    calls: all.flatMap(({ start, text }) => (start.kind === "tool-call" ? [{ name: start.name, arguments: text }] : [])),
    citations,
  };
}
