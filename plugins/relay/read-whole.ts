/** An answer that goes out in one piece, when its end is known: until then it can still turn out to be none. */
import { GraftError } from "../core/errors";
import type { AnswerHead, Pipeline } from "../core/pipeline";
import { clientHeaders } from "./client-headers";
import type { WholeAnswer } from "./deliver-whole";
import { Serial } from "./serial";
import type { ProviderAnswer } from "./upstream";

export interface WholeParts {
  readonly pipeline: Pipeline;
  readonly answer: ProviderAnswer;
  readonly head: AnswerHead;
  readonly maxBytes: number;
}

/** What the client would get; when it turned out to be an error, that is in the exchange. Rejects with a GraftError when it broke off. */
export function readWhole({ pipeline, answer, head, maxBytes }: WholeParts): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const held: Uint8Array[] = [];
    let size = 0;
    const serial = new Serial({ onIdle: () => answer.resume(), onThrown: (thrown) => fail(thrown) });
    const hold = (bytes: Uint8Array): void => {
      size += bytes.length;
      if (size <= maxBytes) held.push(bytes);
      else fail(new GraftError("upstream_invalid", "The provider's answer is over the gateway's size limit."));
    };
    const fail = (thrown: unknown): void => {
      answer.abort();
      reject(thrown);
    };
    const finish = async (): Promise<void> => {
      const tail = await pipeline.end();
      const headers = Object.assign(clientHeaders(answer.headers, head), tail.headers);
      // A status says that the tail is the whole answer.
      if (tail.status !== undefined) held.length = 0;
      if (tail.body !== undefined) held.push(tail.body);
      const [first] = held;
      const body = held.length === 1 && first !== undefined ? first : Buffer.concat(held);
      resolve({ status: tail.status ?? head.status, headers, body });
    };
    answer.read({
      data(bytes) {
        serial.add(() => {
          const out = pipeline.chunk(bytes);
          return out instanceof Promise ? out.then(hold) : hold(out);
        });
        if (serial.busy) answer.pause();
      },
      end: () => serial.add(finish),
      failed: fail,
    });
  });
}
