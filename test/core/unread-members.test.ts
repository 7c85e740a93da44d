import type { ChatRequest } from "../../plugins/core/chat";
import { unreadMembers } from "../../plugins/core/unread-members";

const BASE: ChatRequest = { kind: "chat", model: "m", messages: [], stream: false, includeUsage: false, extra: {} };

it.each<[Partial<ChatRequest>, string[]]>([
  [{}, []],
  [{ toolChoice: { mode: "auto" }, responseFormat: { kind: "text" }, reasoning: { effort: "low" } }, []],
  [
    { toolChoice: { mode: "tool", name: "f", extra: { a: 1, function: { b: 1 }, c: null, d: [], e: "" } } },
    ["tool_choice.a", "tool_choice.function.b"],
  ],
  [
    {
      toolChoice: {
        mode: "allowed",
        required: true,
        names: ["f", "n"],
        references: [
          { type: "function", function: { name: "f", x: 1 } },
          { type: "mcp", server_label: "s", name: "n" },
        ],
        extra: { allowed_tools: { y: 1 } },
      },
    },
    [
      "tool_choice.allowed_tools.y",
      "tool_choice.allowed_tools.tools[].function.x",
      "tool_choice.allowed_tools.tools[].server_label",
    ],
  ],
  [{ responseFormat: { kind: "json-object", extra: { schema: {} } } }, ["response_format.schema"]],
  // What won is read, what lost is not.
  [{ reasoning: { effort: "low", wire: { reasoning: { effort: "low", exclude: true, enabled: true } } } }, []],
  [
    { reasoning: { effort: "none", wire: { reasoning_effort: "high", thinking: { type: "disabled", budget_tokens: 0 } } } },
    ["reasoning_effort"],
  ],
  [
    { reasoning: { budgetTokens: 7, wire: { reasoning: { max_tokens: 5, enabled: false }, thinking: { budget_tokens: 7 } } } },
    ["reasoning.max_tokens", "reasoning.enabled"],
  ],
])("%j", (fields, expected) => expect(unreadMembers({ ...BASE, ...fields })).toEqual(expected));
