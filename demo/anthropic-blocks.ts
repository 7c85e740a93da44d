/** The content blocks of an Anthropic message, and what makes Anthropic refuse one. */
import type { JsonObject } from "../plugins/core/chat";
import { isObject, objectAt, stringAt } from "../plugins/core/read-json";
import { signatureOf } from "./signature";
import { demand } from "./wire";

const ID = /^[a-zA-Z0-9_-]+$/;
const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

export function readBlocks(content: unknown, role: string, at: string): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  demand(Array.isArray(content), `${at}.content: Input should be a valid string or list`);
  return content.map((block: unknown, index) => {
    const place = `${at}.content.${index}`;
    demand(isObject(block) && typeof block["type"] === "string", `${place}.type: Field required`);
    checkBlock(block, block["type"], role, place);
    return block;
  });
}

function checkBlock(block: JsonObject, type: string, role: string, at: string): void {
  const onlyIn = {
    tool_use: "assistant",
    thinking: "assistant",
    redacted_thinking: "assistant",
    tool_result: "user",
    image: "user",
  }[type];
  demand(onlyIn === undefined || onlyIn === role, `${at}: \`${type}\` blocks can only be in \`${onlyIn}\` messages`);
  switch (type) {
    case "text":
      demand(typeof block["text"] === "string", `${at}.text.text: Field required`);
      demand(block["text"] !== "", "messages: text content blocks must be non-empty");
      demand(block["text"].trim() !== "", "messages: text content blocks must contain non-whitespace text");
      break;
    case "image":
    case "document":
      checkSource(objectAt(block, "source") ?? {}, type, `${at}.${type}.source`);
      break;
    case "tool_use":
      demand(ID.test(stringAt(block, "id") ?? ""), `${at}.tool_use.id: String should match pattern '${ID.source}'`);
      demand(typeof block["name"] === "string", `${at}.tool_use.name: Field required`);
      demand(isObject(block["input"]), `${at}.tool_use.input: Input should be a valid dictionary`);
      break;
    case "tool_result":
      demand(typeof block["tool_use_id"] === "string", `${at}.tool_result.tool_use_id: Field required`);
      if (block["content"] !== undefined) readBlocks(block["content"], "user", `${at}.tool_result`);
      break;
    case "thinking": {
      const signed = block["signature"] === signatureOf(stringAt(block, "thinking") ?? "");
      demand(signed, `${at}: Invalid \`signature\` in \`thinking\` block`);
      break;
    }
    case "redacted_thinking":
      demand(typeof block["data"] === "string", `${at}.redacted_thinking.data: Field required`);
      break;
    default:
      // Server tools' blocks, search results … : taken as they are.
      demand(
        /_tool_|_use$|_result$|^tool_|container_upload|search_result/.test(type),
        `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`,
      );
  }
}

function checkSource(source: JsonObject, type: string, at: string): void {
  const kind = source["type"];
  if (kind === "base64") {
    const media = stringAt(source, "media_type") ?? "";
    const known = type === "image" ? IMAGE_TYPES : ["application/pdf"];
    demand(known.includes(media), `${at}.base64.media_type: Input should be ${known.map((each) => `'${each}'`).join(", ")}`);
    demand(/^[A-Za-z0-9+/]+={0,2}$/.test(stringAt(source, "data") ?? ""), `${at}.base64.data: Invalid base64 data`);
  } else if (kind === "url") {
    demand(/^https:\/\//.test(stringAt(source, "url") ?? ""), `${at}.url.url: Only HTTPS URLs are supported.`);
  } else if (kind === "file") {
    demand(typeof source["file_id"] === "string", `${at}.file.file_id: Field required`);
  } else {
    demand(
      type === "document" && (kind === "text" || kind === "content"),
      `${at}: Input tag does not match any of the expected tags`,
    );
  }
}

/** The text of a text block or of a tool result, else nothing. */
export function textOf(block: JsonObject): string {
  const content = block["text"] ?? block["content"];
  if (typeof content === "string") return content;
  return Array.isArray(content)
    ? content
        .filter(isObject)
        .map((each) => stringAt(each, "text") ?? "")
        .join("\n")
    : "";
}

export function mediaOf(block: unknown): string[] {
  const type = isObject(block) ? block["type"] : undefined;
  return type === "image" ? ["image"] : type === "document" ? ["file"] : [];
}
