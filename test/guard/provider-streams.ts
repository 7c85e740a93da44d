/** The same answer as three providers stream it. */

export interface ModelAnswer {
  readonly thoughts: readonly string[];
  readonly text: readonly string[];
  readonly call: readonly string[];
}

export type StreamOf = (answer: ModelAnswer) => string;

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

function openai({ thoughts, text, call }: ModelAnswer): string {
  const chunk = (delta: object, finish: string | null = null): string =>
    data({
      id: "x",
      object: "chat.completion.chunk",
      created: 1,
      model: "g",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  return [
    chunk({ role: "assistant" }),
    ...thoughts.map((reasoning_content) => chunk({ reasoning_content })),
    ...text.map((content) => chunk({ content })),
    ...call.map((args, at) =>
      chunk({
        tool_calls: [
          {
            index: 0,
            ...(at === 0 ? { id: "c1", type: "function" } : {}),
            function: { ...(at === 0 ? { name: "send" } : {}), arguments: args },
          },
        ],
      }),
    ),
    chunk({}, call.length > 0 ? "tool_calls" : "stop"),
    "data: [DONE]\n\n",
  ].join("");
}

function anthropic({ thoughts, text, call }: ModelAnswer): string {
  const event = (type: string, fields: object): string => `event: ${type}\n${data({ type, ...fields })}`;
  let index = 0;
  const block = (content_block: object, deltas: readonly object[]): string => {
    const at = index++;
    return [
      event("content_block_start", { index: at, content_block }),
      ...deltas.map((delta) => event("content_block_delta", { index: at, delta })),
      event("content_block_stop", { index: at }),
    ].join("");
  };
  return [
    event("message_start", {
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        model: "c",
        content: [],
        stop_reason: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    }),
    thoughts.length === 0
      ? ""
      : block(
          { type: "thinking", thinking: "", signature: "" },
          thoughts.map((thinking) => ({ type: "thinking_delta", thinking })),
        ),
    text.length === 0
      ? ""
      : block(
          { type: "text", text: "" },
          text.map((piece) => ({ type: "text_delta", text: piece })),
        ),
    call.length === 0
      ? ""
      : block(
          { type: "tool_use", id: "c1", name: "send", input: {} },
          call.map((partial_json) => ({ type: "input_json_delta", partial_json })),
        ),
    event("message_delta", { delta: { stop_reason: call.length > 0 ? "tool_use" : "end_turn" }, usage: { output_tokens: 2 } }),
    event("message_stop", {}),
  ].join("");
}

/** Calls come whole. */
function gemini({ thoughts, text, call }: ModelAnswer): string {
  const piece = (parts: readonly object[], finishReason?: string): string =>
    data({
      candidates: [{ index: 0, content: { role: "model", parts }, ...(finishReason === undefined ? {} : { finishReason }) }],
      modelVersion: "g",
      responseId: "r",
    });
  return [
    ...thoughts.map((it) => piece([{ text: it, thought: true }])),
    ...text.map((it) => piece([{ text: it }])),
    ...(call.length === 0 ? [] : [piece([{ functionCall: { name: "send", args: JSON.parse(call.join("")) as object } }])]),
    piece([{ text: "" }], "STOP"),
  ].join("");
}

export const STREAMS: readonly (readonly [string, StreamOf])[] = [
  ["openai", openai],
  ["anthropic", anthropic],
  ["gemini", gemini],
];
