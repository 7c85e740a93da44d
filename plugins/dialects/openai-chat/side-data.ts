/**
 * What one choice says beside text and calls, collected until the choice ends: signed or encrypted reasoning, citations, blocks of
 * one provider. In a stream it goes out once, complete: client libraries merge such lists by their own rules (openai-python by an
 * `index` it insists on, openai-node by replacing), and a list that comes once survives all of them.
 */
import type { Annotation, BlockStart } from "../../core/events";
import { encodeAnnotation, encodeExtraContent, encodeReasoningDetail, type PlacedAnnotation } from "./encode-answer";

export interface SideBlock {
  readonly start: BlockStart;
  readonly from: number;
  readonly annotations: Annotation[];
  /** Only of reasoning. */
  text: string;
  signature: string | undefined;
}

type Start<K extends BlockStart["kind"]> = Extract<BlockStart, { kind: K }>;

export class SideData {
  readonly #annotations: PlacedAnnotation[] = [];
  readonly #reasoning: { readonly start: Start<"reasoning">; readonly block: SideBlock }[] = [];
  readonly #opaque: Start<"opaque">[] = [];
  #textSignature: string | undefined;
  #textLength = 0;

  open(start: BlockStart): SideBlock {
    const block: SideBlock = { start, from: this.#textLength, annotations: [], text: "", signature: undefined };
    if (start.kind === "opaque") this.#opaque.push(start);
    else if (start.kind === "reasoning") this.#reasoning.push({ start, block });
    return block;
  }

  add(block: SideBlock, text: string): void {
    if (block.start.kind === "text") this.#textLength += text.length;
    else if (block.start.kind === "reasoning") block.text += text;
  }

  close({ start, from, annotations, signature }: SideBlock): void {
    if (start.kind !== "text") return;
    for (const annotation of annotations) this.#annotations.push({ annotation, from, to: this.#textLength });
    this.#textSignature = signature ?? this.#textSignature;
  }

  /** Members of the message or delta; `undefined` when there is nothing to say. */
  encode(): object | undefined {
    const details = this.#encodeDetails();
    const extraContent = encodeExtraContent(this.#opaque, this.#textSignature);
    if (this.#annotations.length === 0 && details === undefined && extraContent === undefined) return undefined;
    return {
      ...(this.#annotations.length === 0 ? {} : { annotations: this.#annotations.map(encodeAnnotation) }),
      ...(details === undefined ? {} : { reasoning_details: details }),
      ...(extraContent === undefined ? {} : { extra_content: extraContent }),
    };
  }

  /** Where some reasoning says more than its words, details hold all of it, in order, and reasoning_content only repeats them. */
  #encodeDetails(): object[] | undefined {
    const said = this.#reasoning.filter(({ start, block }) => block.text !== "" || saysMore(start, block));
    if (!said.some(({ start, block }) => saysMore(start, block))) return undefined;
    return said.map(({ start, block }, index) => encodeReasoningDetail(start, block.text, block.signature, index));
  }
}

function saysMore(start: Start<"reasoning">, block: SideBlock): boolean {
  return (block.signature ?? start.redacted ?? start.extra) !== undefined;
}
