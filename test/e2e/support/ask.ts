/** Requests as clients send them, and what every error answer must look like. */
import { call, type RawOptions, type Seen } from "../../upstream/raw-client";

export function question(model: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { model, messages: [{ role: "user", content: `question for ${model}` }], ...more };
}

export function chat(url: string, body: unknown, options: Omit<RawOptions, "body"> = {}): Promise<Seen> {
  return call(`${url}/v1/chat/completions`, { ...options, body });
}

export function json(seen: Seen): unknown {
  return JSON.parse(seen.body.toString("utf8"));
}

export function text(seen: Seen): string {
  return seen.body.toString("utf8");
}

/** `data:` values of a stream's events. */
export function dataOf(seen: Seen): string[] {
  return text(seen)
    .split(/\r\n\r\n|\n\n|\r\r/)
    .flatMap((event) => event.split(/\r\n|\n|\r/))
    .flatMap((line) => (line.startsWith("data:") ? [line.slice(5).trimStart()] : []));
}

/** The assistant's text, streamed or not. */
export function said(seen: Seen): string {
  const of = (value: unknown): string => {
    const [choice] = (value as { choices?: { delta?: { content?: string }; message?: { content?: string } }[] }).choices ?? [];
    return choice?.delta?.content ?? choice?.message?.content ?? "";
  };
  if (!(seen.headers["content-type"] ?? "").startsWith("text/event-stream")) return of(json(seen));
  return dataOf(seen)
    .filter((data) => data !== "[DONE]")
    .map((data) => of(JSON.parse(data)))
    .join("");
}

export interface ExpectedError {
  readonly status: number;
  readonly code: string | null;
  readonly param?: string | null;
  readonly type?: string;
}

/** One complete JSON answer in OpenAI's shape, and nothing that OpenAI does not send. */
export function expectError(seen: Seen, expected: ExpectedError): void {
  const { status, code, param, type = status < 500 ? "invalid_request_error" : "server_error" } = expected;
  expect({ status: seen.status, body: text(seen) }).toMatchObject({ status });
  expect(seen.error).toBeUndefined();
  expect(seen.complete).toBe(true);
  expect(seen.headers["content-type"]).toMatch(/^application\/json\b/);
  expect(seen.headers["x-request-id"]).toMatch(/\w/);
  const body = json(seen);
  expect(body).toEqual({ error: { message: expect.stringMatching(/\w/), type, param: param ?? null, code } });
}
