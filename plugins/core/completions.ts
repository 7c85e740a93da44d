import type { Tail } from "./answer";
import type { Hooks } from "./plugin";

/** The end of an answer, with what plugins have to tell of it. @param streams its head has long been sent */
export function withCompletions(tail: Tail, hooks: readonly Hooks[], streams: boolean): Tail {
  const trailers: Uint8Array[] = [];
  let headers = tail.headers;
  for (const hook of hooks) {
    const told = hook.complete?.();
    if (told?.trailer !== undefined && streams) trailers.push(Buffer.from(told.trailer));
    if (told?.headers !== undefined && !streams) headers = Object.assign({}, headers, told.headers);
  }
  if (trailers.length === 0 && headers === tail.headers) return tail;
  if (trailers.length > 0 && tail.body !== undefined) trailers.unshift(tail.body);
  const body = trailers.length === 0 ? tail.body : Buffer.concat(trailers);
  return Object.assign({}, tail, { body }, headers === undefined ? {} : { headers });
}
