/** ChatRequest → `models/{model}:generateContent`, API version v1beta. */
import type { ChatRequest, JsonObject } from "../../core/chat";
import { compact } from "../../core/compact";
import { GraftError } from "../../core/errors";
import type { CodecTarget, EncodedRequest } from "../../core/provider";
import { unreadMembers } from "../../core/unread-members";
import { encodeContents } from "./encode-contents";
import { encodeTools } from "./encode-tools";
import { generationConfig } from "./generation-config";
import { googleExtras } from "./google-extras";
import { traitsOf } from "./model-traits";
import { thinkingConfig } from "./thinking";

/** @throws GraftError `bad_request` for a tool result without its call, Google fields of the wrong type, oversized schemas. */
export function encodeRequest(request: ChatRequest, target: CodecTarget): EncodedRequest {
  const dropped = new Set(unreadMembers(request));
  const model = target.model.replace(/^models\//, "");
  const traits = traitsOf(model);
  const extras = googleExtras(request, dropped);
  const { tools, toolConfig, hasFunctions } = encodeTools(request, traits, extras.searchOptions, dropped);
  // Google's own field says it exactly, so OpenAI's beside it is not used.
  if (extras.thinkingConfig !== undefined && request.reasoning !== undefined) dropped.add("reasoning_effort");
  const thinking = extras.thinkingConfig ?? thinkingConfig(request.reasoning, traits.thinking, dropped);
  const config = compact({
    ...generationConfig(request, traits, hasFunctions, dropped),
    ...extras.config,
    thinkingConfig: thinking,
  });
  const body = compact({
    ...encodeContents(request.messages, traits, dropped),
    tools,
    toolConfig,
    generationConfig: Object.keys(config).length === 0 ? undefined : config,
    ...extras.request,
  });
  const method = request.stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: `/v1beta/models/${encodeURIComponent(model)}:${method}`,
    headers: { "content-type": "application/json" },
    body: serialized(body),
    dropped: [...dropped],
  };
}

/** Tool arguments are JSON text inside JSON: their depth is not bounded by the client's own document, and stringify recurses. */
function serialized(body: JsonObject): Buffer {
  try {
    return Buffer.from(JSON.stringify(body), "utf8");
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new GraftError("bad_request", "The arguments of a tool call are nested too deeply.", {
      param: "messages[].tool_calls[].function.arguments",
      cause: thrown,
    });
  }
}
