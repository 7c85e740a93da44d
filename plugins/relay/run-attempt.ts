/** One try at one target: from the provider's head to the client's last byte, or to why the next target may be tried. */
import { GraftError } from "../core/errors";
import { isEventStream } from "../core/headers";
import type { AnswerHead, Pipeline, Step } from "../core/pipeline";
import type { HeaderMap } from "../core/provider";
import type { ClientAnswer } from "./client-answer";
import { deliverWhole, type WholeAnswer } from "./deliver-whole";
import { readBody } from "./read-body";
import { readWhole } from "./read-whole";
import { relayStream } from "./relay-stream";
import type { ProviderAnswer, ProviderCall } from "./upstream";

export type Sent = Extract<Step, { kind: "send" }>;

export interface AttemptParts {
  readonly pipeline: Pipeline;
  readonly step: Sent;
  readonly call: ProviderCall;
  readonly client: ClientAnswer;
  readonly bounds: { readonly maxResponseBytes: number };
}

/** Nothing of this attempt has reached the client. */
export interface Failure {
  readonly error: GraftError;
  /** 0 = no answer, or one that was none. */
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer;
  /** Already made for the client, should there be no other attempt. */
  readonly answer?: WholeAnswer;
}

/** More of an error says nothing more. */
const MAX_ERROR_BYTES = 64 * 1024;
const NO_BODY = Buffer.alloc(0);

/** `undefined` = the client has its answer, or is gone. Rejects with what is our own fault, and no other provider can mend. */
export async function runAttempt(parts: AttemptParts): Promise<Failure | undefined> {
  try {
    const answer = await parts.call.answer;
    const { status } = answer;
    if (status >= 400) return await errorAnswer(parts.step, answer);
    // Redirects are not followed, least of all with our key.
    if (status < 200 || status >= 300) {
      answer.abort();
      return died(new GraftError("upstream_invalid", `The provider answered with status ${status}.`));
    }
    return await relay(parts, answer);
  } catch (thrown) {
    parts.call.abort();
    // Nor can it, once the client has seen something of this one.
    if (!(thrown instanceof GraftError) || (parts.client.begun && !parts.client.begunEarly)) throw thrown;
    return died(thrown);
  }
}

async function relay({ pipeline, client, bounds }: AttemptParts, answer: ProviderAnswer): Promise<Failure | undefined> {
  const { status, headers } = answer;
  const scout = pipeline.scout(status, headers);
  if (scout !== undefined) return diedOf(await relayStream({ pipeline, answer, client, scout }));
  const head = await pipeline.response(status, headers);
  if (isStream(head.delivery, headers)) return diedOf(await relayStream({ pipeline, answer, client, head }));
  const whole = await readWhole({ pipeline, answer, head, maxBytes: bounds.maxResponseBytes });
  const { error } = pipeline.exchange;
  if (error !== undefined) return { ...died(error), answer: whole };
  deliverWhole(pipeline, client, whole);
  return undefined;
}

function isStream(delivery: AnswerHead["delivery"], headers: HeaderMap): boolean {
  return delivery === "stream" || (delivery === "pass" && isEventStream(headers));
}

async function errorAnswer({ attempt }: Sent, answer: ProviderAnswer): Promise<Failure> {
  const { status, headers } = answer;
  // The status of an error says enough where its body cannot be read.
  const body = await readBody(answer, MAX_ERROR_BYTES).catch(() => NO_BODY);
  return { error: attempt.target.provider.codec.decodeError(status, headers, body), status, headers, body };
}

function died(error: GraftError): Failure {
  return { error, status: 0, headers: {}, body: NO_BODY };
}

function diedOf(error: GraftError | undefined): Failure | undefined {
  return error === undefined ? undefined : died(error);
}
