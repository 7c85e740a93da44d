import type { Step } from "../core/pipeline";
import { targetLabel } from "../core/target";
import type { RequestView } from "./explanation";

type Sent = Extract<Step, { kind: "send" }>;

/** What the provider would receive, without what only it may know. */
export function viewRequest({ attempt, request }: Sent, showBody: boolean): RequestView {
  const { provider } = attempt.target;
  const secret = new Set([provider.codec.credentialHeader, ...Object.keys(provider.headers)]);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, secret.has(name) ? "***" : value] as const);
  return {
    attempt: attempt.number,
    target: targetLabel(attempt.target),
    method: "POST",
    url: `${request.scheme}://${request.authority}${request.path}`,
    headers: Object.fromEntries(headers.sort(([a], [b]) => (a < b ? -1 : 1))),
    body_bytes: request.body.length,
    body: showBody ? request.body.toString("utf8") : undefined,
    dropped: attempt.dropped,
  };
}
