/** Answers as three providers send them, streamed or whole, from the same parts. */
export const PROVIDERS = ["openai", "anthropic", "gemini"] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface Said {
  readonly text?: string;
  readonly reasoning?: string;
  readonly tool?: { readonly name: string; readonly args: string };
}

/** @param split how a text is cut into the deltas of a stream */
export function streamed(provider: Provider, said: Said, split: (text: string) => readonly string[]): string {
  return STREAMS[provider](said, split);
}

export function whole(provider: Provider, said: Said): string {
  return JSON.stringify(DOCUMENTS[provider](said));
}

type Split = (text: string) => readonly string[];

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const pieces = (text: string | undefined, split: Split): readonly string[] => (text === undefined ? [] : split(text));
const finishOf = ({ tool }: Said, none: string, call: string): string => (tool === undefined ? none : call);

function openaiStream(said: Said, split: Split): string {
  const chunk = (delta: object, finish: string | null = null): string =>
    data({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  const { tool } = said;
  const call = (it: object): string => chunk({ tool_calls: [{ index: 0, ...it }] });
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces(said.reasoning, split).map((reasoning_content) => chunk({ reasoning_content })),
    ...pieces(said.text, split).map((content) => chunk({ content })),
    ...(tool === undefined ? [] : [call({ id: "call_1", type: "function", function: { name: tool.name, arguments: "" } })]),
    ...pieces(tool?.args, split).map((args) => call({ function: { arguments: args } })),
    chunk({}, finishOf(said, "stop", "tool_calls")),
    "data: [DONE]\n\n",
  ].join("");
}

function anthropicStream(said: Said, split: Split): string {
  const event = (type: string, rest: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  let index = -1;
  const block = (content_block: object, deltas: readonly object[]): string => {
    index += 1;
    return [
      event("content_block_start", { index, content_block }),
      ...deltas.map((delta) => event("content_block_delta", { index, delta })),
      event("content_block_stop", { index }),
    ].join("");
  };
  const { tool } = said;
  return [
    event("message_start", {
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        model: "m",
        content: [],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    }),
    said.reasoning === undefined
      ? ""
      : block({ type: "thinking", thinking: "", signature: "" }, [
          ...split(said.reasoning).map((thinking) => ({ type: "thinking_delta", thinking })),
          { type: "signature_delta", signature: "c2lnbmVk" },
        ]),
    said.text === undefined
      ? ""
      : block(
          { type: "text", text: "" },
          split(said.text).map((text) => ({ type: "text_delta", text })),
        ),
    tool === undefined
      ? ""
      : block(
          { type: "tool_use", id: "toolu_1", name: tool.name, input: {} },
          split(tool.args).map((partial_json) => ({ type: "input_json_delta", partial_json })),
        ),
    event("message_delta", { delta: { stop_reason: finishOf(said, "end_turn", "tool_use") }, usage: { output_tokens: 2 } }),
    event("message_stop", {}),
  ].join("");
}

function geminiParts(said: Said, split: Split): object[] {
  return [
    ...pieces(said.reasoning, split).map((text) => ({ text, thought: true })),
    ...pieces(said.text, split).map((text) => ({ text })),
    ...(said.tool === undefined ? [] : [{ functionCall: { name: said.tool.name, args: JSON.parse(said.tool.args) as unknown } }]),
  ];
}

function geminiStream(said: Said, split: Split): string {
  const chunk = (parts: readonly object[], rest: object = {}): string =>
    data({ candidates: [{ content: { role: "model", parts }, index: 0, ...rest }], modelVersion: "m", responseId: "r" });
  return [...geminiParts(said, split).map((part) => chunk([part])), chunk([], { finishReason: "STOP" })].join("");
}

const STREAMS: Readonly<Record<Provider, (said: Said, split: Split) => string>> = {
  openai: openaiStream,
  anthropic: anthropicStream,
  gemini: geminiStream,
};

const DOCUMENTS: Readonly<Record<Provider, (said: Said) => object>> = {
  openai: (said) => ({
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: said.text ?? null,
          ...(said.reasoning === undefined ? {} : { reasoning_content: said.reasoning }),
          ...(said.tool === undefined
            ? {}
            : {
                tool_calls: [{ id: "call_1", type: "function", function: { name: said.tool.name, arguments: said.tool.args } }],
              }),
        },
        finish_reason: finishOf(said, "stop", "tool_calls"),
      },
    ],
  }),
  anthropic: (said) => ({
    id: "m",
    type: "message",
    role: "assistant",
    model: "m",
    content: [
      ...(said.reasoning === undefined ? [] : [{ type: "thinking", thinking: said.reasoning, signature: "c2lnbmVk" }]),
      ...(said.text === undefined ? [] : [{ type: "text", text: said.text }]),
      ...(said.tool === undefined
        ? []
        : [{ type: "tool_use", id: "toolu_1", name: said.tool.name, input: JSON.parse(said.tool.args) as unknown }]),
    ],
    stop_reason: finishOf(said, "end_turn", "tool_use"),
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  gemini: (said) => ({
    candidates: [{ content: { role: "model", parts: geminiParts(said, (text) => [text]) }, index: 0, finishReason: "STOP" }],
    modelVersion: "m",
    responseId: "r",
  }),
};
