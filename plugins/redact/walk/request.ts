/**
 * Every text of a request that a provider may get. The order is the one placeholders are numbered in: what stays the same over a
 * conversation first, then messages as they follow each other, so that a turn more changes no number; what may differ from call to
 * call last.
 */
import type { ChatRequest, ReasoningRequest } from "../../core/chat";
import { walkMessage } from "./message";
import { walkFormat, walkTool, walkToolChoice } from "./tools";
import { changed, given, mapSame, type Place, type Visitor } from "./visitor";

const METADATA: Place = { where: "metadata", role: undefined, origin: "client" };

export function walkRequest(request: ChatRequest, visitor: Visitor): ChatRequest {
  const text = (it: string): string => visitor.text(it, METADATA);
  return changed(request, {
    tools: given(request.tools, (tools) => mapSame(tools, (tool) => walkTool(tool, visitor))),
    toolChoice: given(request.toolChoice, (choice) => walkToolChoice(choice, visitor)),
    responseFormat: given(request.responseFormat, (format) => walkFormat(format, visitor)),
    messages: mapSame(request.messages, (message) => walkMessage(message, visitor)),
    stop: given(request.stop, (stop) => mapSame(stop, text)),
    user: given(request.user, text),
    reasoning: given(request.reasoning, (it) => walkReasoning(it, visitor)),
    logitBias: given(request.logitBias, (bias) => visitor.value(bias, METADATA)),
    extra: visitor.value(request.extra, METADATA),
  });
}

function walkReasoning(asked: ReasoningRequest, visitor: Visitor): ReasoningRequest {
  return changed(asked, {
    effort: given(asked.effort, (it) => visitor.text(it, METADATA)),
    wire: given(asked.wire, (it) => visitor.value(it, METADATA)),
  });
}
