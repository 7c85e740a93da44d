/** One error class with a closed list of kinds; status, OpenAI type and code, and retryability are tables on the kind. */
interface KindFacts {
  readonly status: number;
  /** OpenAI's `error.type`. */
  readonly type: string;
  /** OpenAI's `error.code`. */
  readonly code: string | null;
  /** Another attempt (same or other target) may succeed. */
  readonly retryable: boolean;
}

const CLIENT = "invalid_request_error";

export const ERROR_KINDS = {
  bad_request: { status: 400, type: CLIENT, code: null, retryable: false },
  invalid_json: { status: 400, type: CLIENT, code: "invalid_json", retryable: false },
  unsupported_parameter: { status: 400, type: CLIENT, code: "unsupported_parameter", retryable: false },
  context_length: { status: 400, type: CLIENT, code: "context_length_exceeded", retryable: false },
  content_blocked: { status: 400, type: CLIENT, code: "content_policy_violation", retryable: false },
  unauthorized: { status: 401, type: CLIENT, code: "invalid_api_key", retryable: false },
  forbidden: { status: 403, type: CLIENT, code: "permission_denied", retryable: false },
  not_found: { status: 404, type: CLIENT, code: "not_found", retryable: false },
  model_not_found: { status: 404, type: CLIENT, code: "model_not_found", retryable: false },
  method_not_allowed: { status: 405, type: CLIENT, code: "method_not_allowed", retryable: false },
  too_large: { status: 413, type: CLIENT, code: "request_too_large", retryable: false },
  unsupported_media_type: { status: 415, type: CLIENT, code: "unsupported_media_type", retryable: false },
  rate_limited: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded", retryable: true },
  over_budget: { status: 429, type: "insufficient_quota", code: "insufficient_quota", retryable: false },
  client_closed: { status: 499, type: CLIENT, code: "client_closed_request", retryable: false },
  internal: { status: 500, type: "server_error", code: "internal_error", retryable: false },
  /** Our key was refused: the client can do nothing about it, so never 401. */
  upstream_auth: { status: 502, type: "server_error", code: "upstream_authentication_failed", retryable: true },
  upstream_failed: { status: 502, type: "server_error", code: "upstream_error", retryable: true },
  upstream_invalid: { status: 502, type: "server_error", code: "upstream_invalid_response", retryable: true },
  upstream_busy: { status: 503, type: "server_error", code: "upstream_overloaded", retryable: true },
  unavailable: { status: 503, type: "server_error", code: "unavailable", retryable: true },
  timeout: { status: 504, type: "server_error", code: "upstream_timeout", retryable: true },
} as const satisfies Record<string, KindFacts>;

export type ErrorKind = keyof typeof ERROR_KINDS;

export interface ErrorOptions {
  readonly cause?: unknown;
  /** The request field at fault, in the client's own words, e.g. `messages[2].content`. */
  readonly param?: string;
  /** The provider's own `code` or `type`, kept when it says more than ours. */
  readonly code?: string;
  readonly retryAfterMs?: number;
  /** Overrides the kind's status, e.g. to keep a provider's 422 for a bad request. */
  readonly status?: number;
  /** What the client's SDK shall do, sent as `x-should-retry`; absent = let it decide by status. */
  readonly shouldRetry?: boolean;
  /** A limit of our own, which says nothing about the provider. */
  readonly ours?: boolean;
}

export class GraftError extends Error {
  readonly kind: ErrorKind;
  readonly options: ErrorOptions;

  /** @param message reaches the client: never put secrets, matched text or internal addresses in it. */
  constructor(kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GraftError";
    this.kind = kind;
    this.options = options;
  }

  get status(): number {
    return this.options.status ?? ERROR_KINDS[this.kind].status;
  }

  get code(): string | null {
    return this.options.code ?? ERROR_KINDS[this.kind].code;
  }

  get type(): string {
    return ERROR_KINDS[this.kind].type;
  }

  get retryable(): boolean {
    return ERROR_KINDS[this.kind].retryable;
  }
}

/** What was thrown, as an error a client may see: foreign errors become `internal` and keep their text only as the cause. */
export function toGraftError(thrown: unknown): GraftError {
  if (thrown instanceof GraftError) return thrown;
  return new GraftError("internal", "The gateway failed while handling this request.", { cause: thrown });
}
