/** The audit log: one record of each exchange, and one before each try where the policy wants to know that it is there. */
import { GraftError } from "../core/errors";
import type { Attempt, Exchange } from "../core/exchange";
import type { OutgoingRequest } from "../core/outgoing";
import type { Hooks } from "../core/plugin";
import type { ExchangeRecord } from "../core/record";
import { definePlugin } from "../define-plugin";
import { checkAudit } from "./check";
import { type AuditPolicyConfig, auditPolicySchema } from "./config";
import { intentEntry, outcomeEntry, type Sending, sendingOf } from "./entries";
import type { AuditEntry, AuditSink } from "./sink";

/** Of a configuration that has come to a process without one: that takes a new process. */
const NOWHERE: AuditSink = {
  write: () => Promise.reject(new Error("the process was started without `audit`")),
  digest: () => "",
};

const WARN_EVERY_MS = 60_000;

export const audit = definePlugin({
  name: "audit",
  config: auditPolicySchema,
  check: checkAudit,
  create(config, { audit: sink = NOWHERE, clock, metrics, warn }, { name: policy }) {
    const failures = metrics.counter("graft_audit_failures_total", "Audit records that could not be written", [
      "policy",
      "record",
    ]);
    let quietUntil = Number.NEGATIVE_INFINITY;
    const failed = (record: AuditEntry["kind"], thrown: unknown): void => {
      failures({ policy, record });
      if (clock.monotonic() < quietUntil) return;
      quietUntil = clock.monotonic() + WARN_EVERY_MS;
      warn({ policy, record, on_error: config.on_error, cause: String(thrown) }, "audit records cannot be written");
    };
    return (exchange) => ({ main: new AuditedExchange({ config, sink, failed }, exchange) });
  },
});

interface Auditor {
  readonly config: AuditPolicyConfig;
  readonly sink: AuditSink;
  /** For operators. */
  failed(record: AuditEntry["kind"], thrown: unknown): void;
}

class AuditedExchange implements Hooks {
  readonly #auditor: Auditor;
  readonly #exchange: Exchange;
  readonly #sendings: Sending[] = [];
  readonly #digest: AuditSink["digest"];

  constructor(auditor: Auditor, exchange: Exchange) {
    this.#auditor = auditor;
    this.#exchange = exchange;
    this.#digest = (content) => auditor.sink.digest(content);
    exchange.sideCallWitnesses.push((purpose, target, request) => {
      const sending = sendingOf({ purpose, target }, request, auditor.config, this.#digest);
      return this.#announce(sending);
    });
  }

  attempt(attempt: Attempt, request: OutgoingRequest): void | Promise<void> {
    const sending = sendingOf(attempt, request, this.#auditor.config, this.#digest);
    this.#sendings.push(sending);
    return this.#announce(sending);
  }

  /** @throws GraftError `unavailable` when nothing may be sent, as it could not be put on record */
  #announce(sending: Sending): void | Promise<void> {
    const { config, sink, failed } = this.#auditor;
    const closed = config.on_error === "closed";
    if (!(config.intent ?? closed)) return;
    const written = within(config.timeout_ms, sink.write(intentEntry(this.#exchange, sending, config, this.#digest)));
    // It is on its way, and may be long: exchanges live longer than that.
    sending.body = undefined;
    const lost = (thrown: unknown): void => {
      failed("intent", thrown);
      this.#exchange.facts.add({ kind: "check-unavailable", check: "audit", passed: !closed });
    };
    if (!closed) {
      written.catch(lost);
      return;
    }
    return written.catch((thrown: unknown) => {
      lost(thrown);
      sending.refused = true;
      throw new GraftError("unavailable", "The audit log cannot be written now, so the request was not sent.", { ours: true });
    });
  }

  /** Not waited for: what comes after it in the order has limits and budgets to settle. */
  log(record: ExchangeRecord): void {
    const { config, sink, failed } = this.#auditor;
    sink
      .write(outcomeEntry(this.#exchange, record, this.#sendings, config, this.#digest))
      .catch((thrown: unknown) => failed("outcome", thrown));
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not written within ${ms} ms`)), ms).unref();
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
