/** One call to a target of the configuration, with its key and nothing of any client's. */
import { GraftError } from "../core/errors";
import type { OutgoingRequest } from "../core/outgoing";
import type { EncodedRequest, HeaderMap } from "../core/provider";
import { parseJson } from "../core/read-json";
import type { Target } from "../core/target";
import { readBody } from "../relay/read-body";
import type { Upstream } from "../relay/upstream";

/** What a classifier, a second try or a batch of vectors has to say is short; more is not read. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export function requestTo(target: Target, encoded: Omit<EncodedRequest, "dropped">): OutgoingRequest {
  const { codec, keys, headers, basePath, scheme, authority } = target.provider;
  const sent: Record<string, string> = { ...encoded.headers, ...headers, "accept-encoding": "identity" };
  const key = keys.pick();
  if (key !== undefined) sent[codec.credentialHeader] = codec.credential(key.key);
  return { scheme, authority, path: basePath + encoded.path, headers: sent, body: encoded.body };
}

/** @throws GraftError unless it is answered with success, in time */
export async function callTarget(
  upstream: Upstream,
  { provider }: Target,
  request: OutgoingRequest,
  timeoutMs: number,
): Promise<{ readonly headers: HeaderMap; readonly body: Buffer }> {
  const limits = { firstByteMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs };
  const answer = await upstream.call(provider, request, limits).answer;
  const { status, headers } = answer;
  const body = await readBody(answer, MAX_ANSWER_BYTES);
  if (status < 200 || status >= 300) throw provider.codec.decodeError(status, headers, body);
  return { headers, body };
}

/** @throws GraftError `upstream_invalid` */
export function readJson(body: Buffer): unknown {
  const value = parseJson(body.toString("utf8"));
  if (value === undefined) throw new GraftError("upstream_invalid", "The provider's answer is not JSON.");
  return value;
}
