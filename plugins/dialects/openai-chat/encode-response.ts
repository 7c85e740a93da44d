/** Events of a whole answer → one chat.completion document. */
import type { EncodeContext } from "../../core/dialect";
import type { ChatEvent, Usage } from "../../core/events";
import { extraMembers } from "./encode-answer";
import { encodeUsage } from "./encode-usage";
import { ChoiceFold } from "./fold-choice";

/** @throws the GraftError of an `error` event. */
export function encodeResponse(events: readonly ChatEvent[], context: EncodeContext): string {
  let start: Extract<ChatEvent, { type: "start" }> | undefined;
  let usage: Usage | undefined;
  const choices = new Map<number, ChoiceFold>();
  for (const event of events) {
    if (event.type === "error") throw event.error;
    if (event.type === "start") start = event;
    else if (event.type === "usage") usage = event.usage;
    else {
      let choice = choices.get(event.choice);
      if (choice === undefined) {
        choice = new ChoiceFold();
        choices.set(event.choice, choice);
      }
      choice.add(event);
    }
  }
  const legacy = context.legacyFunctions === true;
  return JSON.stringify({
    id: start?.id || context.newId("chatcmpl-"),
    object: "chat.completion",
    created: start?.created ?? context.created,
    model: start?.model ?? "",
    choices: [...choices].sort(([a], [b]) => a - b).map(([index, choice]) => choice.encode(index, context.newId, legacy)),
    ...(usage === undefined ? {} : { usage: encodeUsage(usage) }),
    ...Object.fromEntries(extraMembers(start?.extra)),
  });
}
