import type { ProviderAnswer } from "./upstream";

/** The first `maxBytes` of an answer's body; the rest is not waited for. @throws GraftError when it breaks off before */
export function readBody(answer: ProviderAnswer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    answer.read({
      data(bytes) {
        pieces.push(bytes);
        size += bytes.length;
        if (size < maxBytes) return;
        answer.abort();
        resolve(Buffer.concat(pieces).subarray(0, maxBytes));
      },
      end: () => resolve(Buffer.concat(pieces)),
      failed: reject,
    });
  });
}
