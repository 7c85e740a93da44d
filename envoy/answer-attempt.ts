import type { Pipeline } from "../plugins/core/pipeline";
import { type ProcessingResponse, ResponseStatus } from "../proto/ext-proc";
import { toStruct } from "../proto/struct";
import { attemptKey, NAMESPACE, OWN_REPLY } from "./metadata";
import { immediate, requestMutation } from "./mutations";

export interface AttemptQuestion {
  readonly id: string;
  readonly number: number;
  /** Names of the headers Envoy holds: what the new request does not set must go. */
  readonly headerNames: readonly string[];
}

/** Encodes one more attempt for level 2, here or in another process. */
export async function answerAttempt(pipeline: Pipeline, { number, headerNames }: AttemptQuestion): Promise<ProcessingResponse> {
  const step = await pipeline.attempt(number);
  if (step.kind === "reply") return immediate(step.reply, OWN_REPLY);
  const current: Record<string, string> = Object.fromEntries(headerNames.map((name) => [name, ""]));
  return {
    requestHeaders: {
      response: {
        status: ResponseStatus.CONTINUE_AND_REPLACE,
        headerMutation: requestMutation(current, step.request, {}),
        bodyMutation: { body: step.request.body },
      },
    },
    // CONTINUE_AND_REPLACE drops content-length; the header filter behind us puts it back from here.
    dynamicMetadata: toStruct({ [NAMESPACE]: { cl: String(step.request.body.length), ...attemptKey(step.attempt) } }),
  };
}
