/**
 * The neutral chat request: what every dialect decodes to and every provider encodes from.
 *
 * Values are immutable: a hook that changes the request assigns a new one to `exchange.request`. Names follow OpenAI's chat
 * completions where it has one. `extra` on each level carries wire fields nobody here knows, so that they still reach a
 * provider that speaks the client's own dialect; every other codec must report them as dropped. What is unknown inside an object that
 * has no level of its own here stands below that object's name: `extra.function`, `extra.image_url`, `extra.json_schema`.
 */
export type JsonObject = { readonly [key: string]: unknown };

/** Anthropic's `cache_control`; accepted from chat clients on parts, messages and tools as well. */
export interface CacheControl {
  readonly type: "ephemeral";
  readonly ttl?: string;
  readonly extra?: JsonObject;
}

export type MediaSource =
  | { readonly kind: "url"; readonly url: string }
  /**
   * `data` is base64 without the `data:` prefix; `mediaType` is lower case, e.g. `image/png`; `parameters` stood between them, as they
   * were written: `;charset=utf-8`.
   */
  | { readonly kind: "base64"; readonly mediaType: string; readonly data: string; readonly parameters?: string }
  | { readonly kind: "file-id"; readonly id: string };

interface PartBase {
  readonly cache?: CacheControl;
  readonly extra?: JsonObject;
}

export interface TextPart extends PartBase {
  readonly type: "text";
  readonly text: string;
  /** Gemini can sign text parts too; see ToolCallPart.signature. */
  readonly signature?: string;
}

export interface ImagePart extends PartBase {
  readonly type: "image";
  readonly source: MediaSource;
  readonly detail?: string;
}

export interface FilePart extends PartBase {
  readonly type: "file";
  readonly source: MediaSource;
  readonly filename?: string;
}

export interface AudioPart extends PartBase {
  readonly type: "audio";
  /** `format` is OpenAI's word, e.g. `wav` or `mp3`; `id` refers to audio of an earlier answer. */
  readonly format?: string;
  readonly data?: string;
  readonly id?: string;
}

export interface ToolCallPart extends PartBase {
  readonly type: "tool-call";
  readonly id: string;
  readonly name: string;
  /** JSON text exactly as the model wrote it (may be invalid JSON); for custom tools the free-form input. */
  readonly arguments: string;
  readonly custom?: boolean;
  /** Gemini's `thoughtSignature`: must come back with the call it stood on, byte for byte. */
  readonly signature?: string;
}

export type ResultContent = TextPart | ImagePart | FilePart;

export interface ToolResultPart extends PartBase {
  readonly type: "tool-result";
  readonly callId: string;
  /** Set where the client said it; Gemini needs the name and finds it by `callId` otherwise. */
  readonly name?: string;
  readonly content: readonly ResultContent[];
  readonly isError?: boolean;
}

export interface ReasoningPart extends PartBase {
  readonly type: "reasoning";
  readonly text: string;
  /** Who signed it: a signature is only ever sent back to the provider kind that made it. */
  readonly provider?: string;
  readonly signature?: string;
  /** Encrypted reasoning (Anthropic `redacted_thinking`); `text` is empty then. */
  readonly redacted?: string;
}

export interface RefusalPart extends PartBase {
  readonly type: "refusal";
  readonly text: string;
}

/** A content block only one provider understands (a server tool's call or result): goes back to that provider kind, nowhere else. */
export interface OpaquePart extends PartBase {
  readonly type: "opaque";
  readonly provider: string;
  readonly value: JsonObject;
}

export type Part =
  | TextPart
  | ImagePart
  | FilePart
  | AudioPart
  | ToolCallPart
  | ToolResultPart
  | ReasoningPart
  | RefusalPart
  | OpaquePart;

export type Role = "system" | "developer" | "user" | "assistant" | "tool";

export interface Message {
  readonly role: Role;
  readonly name?: string;
  /** In order. A `tool` message holds exactly one `tool-result` part. */
  readonly parts: readonly Part[];
  readonly extra?: JsonObject;
}

export type Tool =
  | {
      readonly kind: "function";
      readonly name: string;
      readonly description?: string;
      /** JSON Schema as the client wrote it; absent = no parameters. */
      readonly parameters?: JsonObject;
      readonly strict?: boolean;
      readonly cache?: CacheControl;
      readonly extra?: JsonObject;
    }
  | {
      readonly kind: "custom";
      readonly name: string;
      /** The `custom` object, whole. */
      readonly value: JsonObject;
      readonly cache?: CacheControl;
      readonly extra?: JsonObject;
    }
  /** Run by the provider itself (web search, code execution …): `value` is its wire form. */
  | { readonly kind: "server"; readonly value: JsonObject };

export type ToolChoice =
  | { readonly mode: "auto" | "none" | "required" }
  | { readonly mode: "tool"; readonly name: string; readonly custom?: boolean; readonly extra?: JsonObject }
  | {
      readonly mode: "allowed";
      readonly required: boolean;
      readonly names: readonly string[];
      /** The same tools, each as the client referred to it (a server tool by type, label and more). */
      readonly references?: readonly JsonObject[];
      readonly extra?: JsonObject;
    };

export type ResponseFormat =
  | { readonly kind: "text"; readonly extra?: JsonObject }
  | { readonly kind: "json-object"; readonly extra?: JsonObject }
  | {
      readonly kind: "json-schema";
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
      readonly description?: string;
      readonly extra?: JsonObject;
    };

export interface ReasoningRequest {
  /** OpenAI's scale: none, minimal, low, medium, high, xhigh. */
  readonly effort?: string;
  /** Tokens the model may think; wins over `effort` where the provider counts tokens. */
  readonly budgetTokens?: number;
  /** false = the client does not want to see thoughts. */
  readonly include?: boolean;
  /**
   * `reasoning_effort`, `reasoning` and `thinking` as the client wrote them, where it said more than an effort. Servers of its dialect
   * disagree on which of them they read, so they get these instead; see unread-members.ts for the others.
   */
  readonly wire?: JsonObject;
}

export interface ChatRequest {
  readonly kind: "chat";
  /** As the client asked for it: a model alias, not the provider's name for it. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  readonly reasoning?: ReasoningRequest;
  /** Upper bound of answer tokens, reasoning included. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly n?: number;
  readonly stop?: readonly string[];
  readonly logprobs?: boolean;
  readonly topLogprobs?: number;
  readonly logitBias?: JsonObject;
  readonly user?: string;
  readonly stream: boolean;
  /** The client asked for a usage chunk at the end of its stream. */
  readonly includeUsage: boolean;
  readonly extra: JsonObject;
}

/** A request is a union by `kind`; embeddings, completion and count join it with their dialects. */
export type NeutralRequest = ChatRequest;
