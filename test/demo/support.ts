/** One demo provider for a test file, and a plain way to talk to it. */
import { type DemoOptions, type DemoProvider, startDemoProvider } from "../../demo/server";
import { SseDecoder } from "../../plugins/core/sse";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
  /** The data of each server-sent event, parsed where it is JSON. */
  readonly events: readonly unknown[];
}

export interface Demo {
  readonly url: string;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export function useDemo(options: DemoOptions = {}): Demo {
  let provider: DemoProvider | undefined;
  beforeAll(async () => {
    provider = await startDemoProvider({ pauseMs: 0, now: () => 1_700_000_000_000, ...options });
  });
  afterAll(() => provider?.close());
  const url = (): string => provider?.url ?? "";
  return {
    get url() {
      return url();
    },
    post: async (path, body, headers = {}) => {
      const response = await fetch(url() + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return readAnswer(response);
    },
  };
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const streamed = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const decoder = new SseDecoder();
  const events = streamed ? [...decoder.push(Buffer.from(text)), ...decoder.end()].map(({ data }) => parsed(data)) : [];
  return { status: response.status, headers: response.headers, text, json: parsed(text), events };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const WEATHER = {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string", enum: ["celsius", "fahrenheit"] } },
  required: ["city", "unit"],
  additionalProperties: false,
} as const;
