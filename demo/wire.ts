/** What the wire formats, the demo's brain and the server say to each other. */
import type { JsonObject } from "../plugins/core/chat";

export interface DemoTool {
  readonly name: string;
  readonly parameters: JsonObject;
}

/** A request, whatever format it came in. "This turn" is everything after the last assistant message. */
export interface DemoPrompt {
  /** Whose format it came in, e.g. `Anthropic`. */
  readonly format: string;
  readonly model: string;
  readonly stream: false | "sse" | "json-array";
  readonly instructions: string;
  /** All text of the conversation, instructions included: what input tokens are counted on. */
  readonly texts: readonly string[];
  /** What the user wrote this turn. */
  readonly userText: string;
  /** What else the user sent this turn: `image`, `file`, `audio`. */
  readonly media: readonly string[];
  readonly toolResults: readonly { readonly name: string; readonly text: string }[];
  /** The tools that may be called: none when the request forbids it. */
  readonly tools: readonly DemoTool[];
  /** The request leaves no choice: a call and nothing else. */
  readonly mustCall: boolean;
  readonly parallelCalls: boolean;
  /** `json` = any JSON object; a schema = an instance of it. */
  readonly output: "text" | "json" | JsonObject;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly thinks: boolean;
  readonly showThoughts: boolean;
  readonly choices: number;
  readonly includeUsage: boolean;
}

export interface DemoCall {
  readonly name: string;
  readonly args: JsonObject;
}

/** One choice. Texts are cut into pieces, each of which counts as a token and is streamed on its own. */
export interface DemoAnswer {
  readonly thoughts: readonly string[];
  readonly text: readonly string[];
  readonly calls: readonly DemoCall[];
  readonly finish: "stop" | "length" | "tool-calls";
  /** The stop sequence that ended the text. */
  readonly stoppedBy?: string;
}

export interface DemoUsage {
  readonly input: number;
  /** Thoughts included. */
  readonly output: number;
  readonly thoughts: number;
}

export interface DemoReply {
  readonly prompt: DemoPrompt;
  readonly answers: readonly DemoAnswer[];
  readonly usage: DemoUsage;
  /** Same request, same mark: the deterministic part of every id. */
  readonly mark: string;
  /** Unix seconds. */
  readonly created: number;
}

export interface RefusalOptions {
  readonly status?: number;
  readonly param?: string;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  /** Google's `error.details`. */
  readonly details?: readonly JsonObject[];
}

/** What a real provider would answer with an error status; each format shapes it its own way. */
export class Refusal extends Error {
  readonly status: number;
  readonly options: RefusalOptions;

  constructor(message: string, options: RefusalOptions = {}) {
    super(message);
    this.status = options.status ?? 400;
    this.options = options;
  }
}

export function demand(ok: boolean, message: string, options?: RefusalOptions): asserts ok {
  if (!ok) throw new Refusal(message, options);
}

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface WireFormat {
  readonly name: string;
  /** Headers every answer of this provider carries. */
  readonly headers: Readonly<Record<string, string>>;
  isEndpoint(path: string): boolean;
  /** @throws Refusal when the request does not carry `key` the way this provider wants it. */
  checkKey(request: WireRequest, key: string): void;
  /** @throws Refusal for what the real provider refuses too. */
  decode(request: WireRequest, body: JsonObject): DemoPrompt;
  encodeWhole(reply: DemoReply): unknown;
  /** The body of a stream, in the pieces it is sent in. */
  encodeStream(reply: DemoReply): string[];
  encodeError(refusal: Refusal): unknown;
}
