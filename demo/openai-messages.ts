/** The messages of an OpenAI request: their shape, and the order tool results must come in. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, objectAt, stringAt } from "../plugins/core/read-json";
import { type DemoPrompt, demand } from "./wire";

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"];

type Conversation = Pick<DemoPrompt, "instructions" | "texts" | "userText" | "media" | "toolResults">;

export function readOpenaiMessages(body: JsonObject): Conversation {
  demand(Array.isArray(body["messages"]), "Missing required parameter: 'messages'.", {
    param: "messages",
    code: "missing_required_parameter",
  });
  const given = arrayAt(body, "messages");
  demand(
    given.length > 0,
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    {
      param: "messages",
      code: "empty_array",
    },
  );
  const messages = given.map(readMessage);
  checkToolOrder(messages);
  const turn = messages.slice(messages.findLastIndex((message) => message.role === "assistant") + 1);
  const textOf = (list: readonly ReadMessage[], ...roles: string[]): string =>
    list.flatMap((message) => (roles.includes(message.role) ? message.texts : [])).join("\n");
  return {
    instructions: textOf(messages, "system", "developer"),
    texts: messages.flatMap((message) => message.texts),
    userText: textOf(turn, "user"),
    media: turn.flatMap((message) => message.media),
    toolResults: turn
      .filter((message) => message.role === "tool")
      .map((message) => ({ name: nameOf(messages, message.answers), text: message.texts.join("\n") })),
  };
}

interface ReadMessage {
  readonly role: string;
  readonly texts: readonly string[];
  readonly media: readonly string[];
  /** Ids and names of the calls an assistant message made. */
  readonly calls: readonly { readonly id: string; readonly name: string }[];
  /** The call a tool message answers. */
  readonly answers: string;
}

function readMessage(message: unknown, index: number): ReadMessage {
  const at = `messages[${index}]`;
  demand(isObject(message), `Invalid type for '${at}': expected an object.`, { param: at, code: "invalid_type" });
  const role = stringAt(message, "role") ?? "";
  const supported = "Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.";
  demand(ROLES.includes(role), `Invalid value: '${role}'. ${supported}`, { param: `${at}.role`, code: "invalid_value" });
  const calls = arrayAt(message, "tool_calls").map((call, place) => readCall(call, `${at}.tool_calls[${place}]`));
  const answers = stringAt(message, "tool_call_id") ?? "";
  demand(role !== "tool" || answers !== "", `Missing required parameter: '${at}.tool_call_id'.`, {
    param: `${at}.tool_call_id`,
    code: "missing_required_parameter",
  });
  const silent = role === "assistant" && (calls.length > 0 || ["refusal", "audio", "function_call"].some((key) => message[key]));
  const parts = readContent(message["content"] ?? (silent ? [] : undefined), role, at);
  return { role, calls, answers, texts: parts.filter(isText).map((part) => part.text), media: parts.flatMap(mediaOf) };
}

type Part = { readonly text: string } | { readonly media: string };

function isText(part: Part): part is { text: string } {
  return "text" in part;
}

function mediaOf(part: Part): string[] {
  return "media" in part ? [part.media] : [];
}

function readContent(content: unknown, role: string, at: string): Part[] {
  if (typeof content === "string") return [{ text: content }];
  const where = { param: `${at}.content`, code: "invalid_type" };
  const got = content === undefined || content === null ? "null" : typeof content;
  demand(Array.isArray(content), `Invalid value for 'content': expected a string, got ${got}.`, where);
  return content.map((part: unknown, index) => readPart(part, role, `${at}.content[${index}]`));
}

function readPart(part: unknown, role: string, at: string): Part {
  const type = isObject(part) ? stringAt(part, "type") : undefined;
  demand(isObject(part) && type !== undefined, `Missing required parameter: '${at}.type'.`, {
    param: `${at}.type`,
    code: "missing_required_parameter",
  });
  const wrong = { param: at, code: "invalid_value" };
  if (type === "text" || (type === "refusal" && role === "assistant")) {
    const text = stringAt(part, type);
    demand(text !== undefined, `Missing required parameter: '${at}.${type}'.`, {
      param: `${at}.${type}`,
      code: "missing_required_parameter",
    });
    return { text };
  }
  const media = { image_url: "image", input_audio: "audio", file: "file" }[type];
  demand(
    media !== undefined,
    `Invalid value: '${type}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and 'file'.`,
    wrong,
  );
  demand(
    role === "user",
    `Invalid '${at}'. ${type} parts are only allowed for messages with role 'user', but this message has role '${role}'.`,
    wrong,
  );
  const value = objectAt(part, type) ?? {};
  if (type === "image_url") {
    const url = stringAt(value, "url") ?? "";
    demand(
      /^(https?:\/\/|data:image\/[a-z+.-]+;base64,)/.test(url),
      `Invalid '${at}.image_url.url': expected a URL or a base64 data URL.`,
      wrong,
    );
  } else if (type === "input_audio") {
    const ok = stringAt(value, "data") !== undefined && ["wav", "mp3"].includes(stringAt(value, "format") ?? "");
    demand(ok, `Invalid '${at}.input_audio': expected 'data' and a 'format' of 'wav' or 'mp3'.`, wrong);
  } else {
    const ok = stringAt(value, "file_id") !== undefined || stringAt(value, "file_data") !== undefined;
    demand(ok, `Missing required parameter: '${at}.file.file_id'.`, wrong);
  }
  return { media };
}

function readCall(call: unknown, at: string): { id: string; name: string } {
  const missing = (what: string) => ({ message: `Missing required parameter: '${at}.${what}'.`, param: `${at}.${what}` });
  const code = "missing_required_parameter";
  const id = isObject(call) ? stringAt(call, "id") : undefined;
  demand(isObject(call) && id !== undefined, missing("id").message, { param: missing("id").param, code });
  const custom = call["type"] === "custom";
  const made = objectAt(call, custom ? "custom" : "function") ?? {};
  const name = stringAt(made, "name");
  const [field, param] = custom ? ["input", `${at}.custom.input`] : ["arguments", `${at}.function.arguments`];
  demand(call["type"] === "function" || custom, missing("type").message, { param: missing("type").param, code });
  demand(name !== undefined && stringAt(made, field) !== undefined, `Missing required parameter: '${param}'.`, { param, code });
  return { id, name };
}

/** Each call is answered by a tool message right after it, and no tool message comes without its call. */
function checkToolOrder(messages: readonly ReadMessage[]): void {
  let open: string[] = [];
  let opened = 0;
  const answered = (index: number): void => {
    demand(
      open.length === 0,
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
        `The following tool_call_ids did not have response messages: ${open.join(", ")}`,
      { param: `messages.[${index}].role` },
    );
  };
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") {
      const known = messages[opened]?.calls.some((call) => call.id === message.answers) ?? false;
      demand(
        known,
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        {
          param: `messages.[${index}].role`,
        },
      );
      open = open.filter((id) => id !== message.answers);
    } else {
      answered(index);
      opened = index;
      open = message.calls.map((call) => call.id);
    }
  }
  answered(messages.length - 1);
}

function nameOf(messages: readonly ReadMessage[], callId: string): string {
  return messages.flatMap((message) => message.calls).findLast((call) => call.id === callId)?.name ?? "";
}
