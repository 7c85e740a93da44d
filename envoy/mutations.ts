/** Answers to Envoy: header and body mutations. */

import { USER_AGENT } from "../plugins/core/headers";
import type { OutgoingRequest } from "../plugins/core/outgoing";
import type { Reply } from "../plugins/core/pipeline";
import type { HeaderMap } from "../plugins/core/provider";
import type { HeaderMutation, HeaderValueOption, ProcessingResponse } from "../proto/ext-proc";
import { setHeader } from "../proto/header-map";
import { ATTEMPT_COUNT_HEADER } from "./metadata";

/**
 * Turns the request Envoy holds (`current`, with whatever a client or an earlier attempt left in it) into exactly `request`:
 * every header not in it goes, so one provider's credentials never reach another, and no client header slips through.
 */
export function requestMutation(current: HeaderMap, request: OutgoingRequest, envoyHeaders: HeaderMap): HeaderMutation {
  // `:authority` is Envoy's: the route takes it from the cluster it tries, so that it is right on every attempt.
  const setHeaders: HeaderValueOption[] = [
    setHeader(":scheme", request.scheme),
    setHeader(":path", request.path),
    setHeader("user-agent", USER_AGENT),
    setHeader("content-length", String(request.body.length)),
  ];
  for (const name in request.headers) setHeaders.push(setHeader(name, request.headers[name] as string));
  for (const name in envoyHeaders) setHeaders.push(setHeader(name, envoyHeaders[name] as string));
  const removeHeaders: string[] = [];
  for (const name in current) {
    if (name.startsWith(":") || Object.hasOwn(request.headers, name) || Object.hasOwn(envoyHeaders, name) || KEPT.has(name))
      continue;
    removeHeaders.push(name);
  }
  return { setHeaders, removeHeaders };
}

/**
 * Set above, or needed by Envoy itself until the request leaves: without `x-forwarded-proto` no route matches any more. The last
 * upstream filter of the generated configuration removes these.
 */
const KEPT: ReadonlySet<string> = new Set([
  "user-agent",
  "content-length",
  "host",
  ATTEMPT_COUNT_HEADER,
  "x-envoy-expected-rq-timeout-ms",
  "x-forwarded-proto",
]);

export function answerMutation(status: number | undefined, set: HeaderMap, remove: readonly string[] = []): HeaderMutation {
  const setHeaders: HeaderValueOption[] = status === undefined ? [] : [setHeader(":status", String(status))];
  for (const name in set) setHeaders.push(setHeader(name, set[name] as string));
  return { setHeaders, removeHeaders: [...remove] };
}

export function immediate(reply: Reply, details: string): ProcessingResponse {
  const { status, headers, body } = reply;
  return { immediateResponse: { status: { code: status }, headers: answerMutation(undefined, headers), body, details } };
}
