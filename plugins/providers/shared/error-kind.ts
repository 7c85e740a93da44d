/** Provider error answers → GraftError: the one table of what each status means, for every codec. */
import { type ErrorKind, type ErrorOptions, GraftError } from "../../core/errors";
import type { HeaderMap } from "../../core/provider";
import { retryAfterMs } from "./retry-after";

export { retryAfterMs } from "./retry-after";

export interface ErrorFacts {
  /** The provider's own code and type, e.g. `context_length_exceeded`, `overloaded_error`. */
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  /** The request field the provider names; only where it uses the client's field names. */
  readonly param?: string | undefined;
  /** From the body (Gemini's RetryInfo); wins over headers. */
  readonly retryAfterMs?: number | undefined;
}

const MAX_MESSAGE = 2000;
const MAX_WORD = 200;

const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  401: "upstream_auth",
  403: "upstream_auth",
  404: "not_found",
  407: "upstream_auth",
  408: "timeout",
  // openai-node treats 409 as "lock timeout, try again".
  409: "upstream_busy",
  413: "too_large",
  425: "upstream_busy",
  429: "rate_limited",
  499: "upstream_failed",
  503: "upstream_busy",
  504: "timeout",
  // Cloudflare in front of a provider: 522 no connection in time, 524 no answer in time.
  522: "timeout",
  524: "timeout",
  529: "upstream_busy",
};

/** Several providers say these only in words; each pattern is a plain alternation without repetition. */
const CONTEXT =
  /context_length_exceeded|maximum context length|context window|context length|context limit|prompt is too long|input is too long|input token count|reduce the length of the messages/i;
const BLOCKED =
  /content_filter|content_policy_violation|content management policy|responsibleai|data_inspection_failed|content exists risk/i;
const BAD_KEY = /invalid_api_key|api_key_invalid|api key not valid|incorrect api key|invalid api key/i;
const NO_CREDIT =
  /insufficient_quota|billing_error|credit balance is too low|insufficient balance|insufficient credits|exceeded your current quota/i;
const MODEL = /model/i;

/**
 * The error of an answer with status ≥ 400 (or of an in-band error, with the status it stands for).
 * @param message the provider's words; cut to 2000 characters, and masked where they may quote our key or name our account.
 */
export function errorFromStatus(status: number, headers: HeaderMap, message: string, facts: ErrorFacts = {}): GraftError {
  const said = `${facts.code ?? ""} ${facts.type ?? ""} ${message.slice(0, MAX_MESSAGE)}`;
  // The operator's account is empty. Our own over_budget would stop fallback, and another target may well succeed; the same
  // call again will not, and the code says so.
  if (status === 402 || ((status === 429 || status === 400 || status === 403) && NO_CREDIT.test(said))) {
    return new GraftError("rate_limited", masked(clean(message), false) || "The provider account has no quota left.", {
      code: "insufficient_quota",
      shouldRetry: false,
    });
  }
  const kind = kindOf(status, said);
  const text = clean(message) || `The provider answered with status ${status}.`;
  return new GraftError(kind, masked(text, kind === "upstream_auth"), optionsOf(kind, status, headers, facts));
}

function kindOf(status: number, said: string): ErrorKind {
  if (status === 400 || status === 413 || status === 422) {
    if (BAD_KEY.test(said)) return "upstream_auth";
    if (CONTEXT.test(said)) return "context_length";
    if (BLOCKED.test(said)) return "content_blocked";
  }
  if (status === 404 && MODEL.test(said)) return "model_not_found";
  return KIND_BY_STATUS[status] ?? (status >= 400 && status < 500 ? "bad_request" : "upstream_failed");
}

/** Kinds whose cause is the client's own request: here the provider's `code` and `param` say more than ours. */
const CLIENT_KINDS: ReadonlySet<ErrorKind> = new Set(["bad_request", "content_blocked", "rate_limited"]);

function optionsOf(kind: ErrorKind, status: number, headers: HeaderMap, facts: ErrorFacts): ErrorOptions {
  const retryAfter = facts.retryAfterMs ?? retryAfterMs(headers);
  const shouldRetry = headers["x-should-retry"];
  const code = CLIENT_KINDS.has(kind) ? facts.code?.slice(0, MAX_WORD) : undefined;
  const param = kind === "bad_request" || kind === "context_length" ? facts.param?.slice(0, MAX_WORD) : undefined;
  return {
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
    ...(shouldRetry === "true" || shouldRetry === "false" ? { shouldRetry: shouldRetry === "true" } : {}),
    ...(kind === "bad_request" && status === 422 ? { status } : {}),
  };
}

/** Bounded, without control characters: provider words end up in client errors and log lines. */
function clean(message: string): string {
  const flat = message
    .slice(0, MAX_MESSAGE + 1)
    .replace(/\p{Cc}/gu, (control) => (control === "\n" || control === "\t" ? control : " "))
    .trim();
  return flat.length > MAX_MESSAGE ? `${flat.slice(0, MAX_MESSAGE - 1)}…` : flat;
}

/**
 * OpenAI and others quote part of the refused key ("Incorrect API key provided: sk-ab****wxyz"), or name the account whose limit was
 * reached ("in organization org-…"); both are the operator's.
 * @param strict the message is about our key: whatever looks like one goes
 */
function masked(message: string, strict: boolean): string {
  return message.replace(/[\w*.-]{8,}/g, (word) => (isOurs(word) || (strict && isRandom(word)) ? "[masked]" : word));
}

/** Keys and account ids by their makers' prefixes. */
function isOurs(word: string): boolean {
  if (word.includes("**") || word.startsWith("sk-")) return true;
  return /^(?:gsk_|xai-|pplx-|AIza|org-|proj_)/.test(word) && /\d/.test(word);
}

function isRandom(word: string): boolean {
  return word.length >= 16 && /\d/.test(word) && /[A-Z]/.test(word);
}

/** A short safe message for a body that is not the provider's JSON: a proxy's HTML page, plain text, nothing. */
export function htmlOrTextMessage(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 4096)).toString("utf8").trim();
  if (text === "") return "";
  if (!text.startsWith("<")) return clean(text).slice(0, 300);
  const lower = text.toLowerCase();
  const from = lower.indexOf("<title>");
  const to = lower.indexOf("</title>");
  // The rest of such a page may name internal hosts.
  const title = from === -1 || to <= from ? "" : clean(text.slice(from + 7, to)).slice(0, 200);
  return title === "" ? "The provider answered with an HTML page." : `The provider answered with an HTML page: ${title}`;
}
