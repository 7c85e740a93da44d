/** What a provider reads in a request: the last text of the user's, and the arguments of the last tool call. */
import type { Provider } from "./providers";

export interface Received {
  readonly text: string;
  readonly args: string | undefined;
}

type Wire = Readonly<Record<string, unknown>>;

const listAt = (value: Wire, key: string): readonly Wire[] => (Array.isArray(value[key]) ? (value[key] as Wire[]) : []);

export function received(provider: Provider, body: string): Received {
  const request = JSON.parse(body.slice(body.indexOf("\n") + 1)) as Wire;
  return READERS[provider](request);
}

const READERS: Readonly<Record<Provider, (request: Wire) => Received>> = {
  openai: (request) => {
    const messages = listAt(request, "messages");
    const text = messages.findLast((it) => it["role"] === "user")?.["content"];
    const call = messages.flatMap((it) => listAt(it, "tool_calls")).at(-1);
    return { text: text as string, args: (call?.["function"] as { arguments: string } | undefined)?.arguments };
  },
  anthropic: (request) => {
    const blocks = listAt(request, "messages").flatMap((it) => listAt(it, "content"));
    const input = blocks.findLast((it) => it["type"] === "tool_use")?.["input"];
    const texts = listAt(request, "messages")
      .filter((it) => it["role"] === "user")
      .flatMap((it) => listAt(it, "content"))
      .filter((it) => it["type"] === "text");
    return { text: texts.at(-1)?.["text"] as string, args: input === undefined ? undefined : JSON.stringify(input) };
  },
  gemini: (request) => {
    const contents = listAt(request, "contents");
    const texts = contents.filter((it) => it["role"] === "user").flatMap((it) => listAt(it, "parts"));
    const calls = contents.flatMap((it) => listAt(it, "parts")).filter((it) => it["functionCall"] !== undefined);
    const call = calls.at(-1)?.["functionCall"] as { args: unknown } | undefined;
    return {
      text: texts.findLast((it) => typeof it["text"] === "string")?.["text"] as string,
      args: call === undefined ? undefined : JSON.stringify(call.args),
    };
  },
};
