/** What the log says of an exchange. Never values, keys or headers. */
import type { Attempt, Exchange, SideCall } from "../core/exchange";
import type { OutgoingRequest } from "../core/outgoing";
import type { ExchangeRecord } from "../core/record";
import type { Target } from "../core/target";
import type { AuditPolicyConfig } from "./config";
import { factsOf } from "./facts-of";
import { firstText, short } from "./short";
import type { AuditEntry, AuditSink } from "./sink";

/** A try at the client's request, or a side call. */
type Sent = Attempt | Pick<SideCall, "purpose" | "target">;

/** One of them, as far as it went. */
export interface Sending {
  readonly sent: Sent;
  readonly digest: string;
  readonly bytes: number;
  /** Until it is written. */
  body: { readonly body: string; readonly body_cut?: true } | undefined;
  /** Its intent could not be written, so nothing was sent. */
  refused: boolean;
}

type Digest = AuditSink["digest"];
type Options = Pick<AuditPolicyConfig, "body" | "max_body_bytes" | "ip">;

export function sendingOf(sent: Sent, { body }: OutgoingRequest, options: Options, digest: Digest): Sending {
  const cut = body.length > options.max_body_bytes ? ({ body_cut: true } as const) : {};
  const text = options.body === "redacted" ? { body: firstText(body, options.max_body_bytes), ...cut } : undefined;
  return { sent, digest: digest(body), bytes: body.length, body: text, refused: false };
}

export function intentEntry(exchange: Exchange, sending: Sending, options: Options, digest: Digest): AuditEntry {
  return {
    kind: "intent",
    ...originOf(exchange, options, digest),
    alias: exchange.alias?.name,
    facts: factsOf(exchange.facts),
    sent: sentTo(sending),
  };
}

export function outcomeEntry(
  exchange: Exchange,
  record: ExchangeRecord,
  sendings: readonly Sending[],
  options: Options,
  digest: Digest,
): AuditEntry {
  const { attempts, sideCalls } = exchange;
  return {
    kind: "outcome",
    ...originOf(exchange, options, digest),
    alias: exchange.alias?.name,
    facts: factsOf(exchange.facts),
    sent: sendings.length === 0 ? undefined : sendings.map(sentTo),
    // What a hook in front of ours has stopped.
    unsent: attempts.length > sendings.length ? attempts.length - sendings.length : undefined,
    side_calls: sideCalls.length === 0 ? undefined : sideCalls.map(sideCall),
    status: record.status,
    outcome: record.outcome,
    error: record.error,
    finished: exchange.finished,
    model: short(exchange.model),
    stream: record.stream,
    input_tokens: record.input_tokens,
    output_tokens: record.output_tokens,
    duration_ms: Math.round(record.duration_ms),
  };
}

function originOf({ id, policy, configVersion, client }: Exchange, { ip }: Options, digest: Digest) {
  const { caller, requestId } = client;
  const hidden = caller.anonymous && !ip;
  return {
    exchange: id,
    request_id: short(requestId),
    policy,
    config: configVersion,
    caller: hidden ? `anonymous:${digest(Buffer.from(caller.id)).slice(0, 16)}` : short(caller.id),
    team: short(caller.team),
    credential: hidden ? undefined : short(caller.credential),
    ip: ip ? short(caller.ip) : undefined,
  };
}

function sentTo({ sent, digest, bytes, body, refused }: Sending) {
  return {
    ...("purpose" in sent ? { purpose: sent.purpose } : { attempt: sent.number }),
    ...placeOf(sent.target),
    body_hmac: digest,
    body_bytes: bytes,
    ...body,
    // 0 = no answer came, or none that could be used.
    status: "purpose" in sent ? undefined : sent.status,
    refused: refused || undefined,
  };
}

function sideCall({ purpose, target, usage }: SideCall) {
  return { purpose, ...placeOf(target), input_tokens: usage?.input, output_tokens: usage?.output };
}

function placeOf({ provider, model, region, tags }: Target) {
  return { provider: provider.name, model: short(model), region, tags: tags.length === 0 ? undefined : tags };
}
