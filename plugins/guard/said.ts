import type { AnswerView, RequestView } from "./rule";

/** A request as one text, each with its role. */
export function saidInRequest({ texts }: RequestView): string {
  return texts.map(({ source, text }) => `[${source}]\n${text}`).join("\n\n");
}

/** An answer as one text: all that a client could show or act on, thoughts included. */
export function saidInAnswer({ choices }: AnswerView): string {
  return choices
    .flatMap(({ text, reasoning, refusal, calls }) => [reasoning, text, refusal, ...calls.map(callText)])
    .filter(Boolean)
    .join("\n\n");
}

function callText(call: { readonly name: string; readonly arguments: string }): string {
  return `${call.name} ${call.arguments}`;
}
