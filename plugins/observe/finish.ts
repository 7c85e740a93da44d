import type { Pipeline } from "../core/pipeline";
import type { ExchangeRecord, Outcome } from "../core/record";
import type { Logger } from "./log";
import type { Metrics } from "./metrics";

/** Ends exchanges: log hooks, then the record as one line and in the metrics. Never throws and never rejects; resolves when that is done. */
export function createFinisher(
  logger: Logger,
  metrics: Metrics,
  onRecord: (record: ExchangeRecord) => void = () => {},
): (pipeline: Pipeline, outcome: Outcome) => Promise<void> {
  return (pipeline, outcome) =>
    pipeline
      .log(outcome)
      .then((record) => {
        if (record === undefined) return;
        metrics.count(record, pipeline.exchange.attempt?.target.provider.name ?? "none");
        const { error } = pipeline.exchange;
        // The cause may hold what a client must not see; it is for operators only.
        if (error?.kind === "internal") logger.error({ ...record, cause: describe(error.cause) }, "exchange");
        else if (pipeline.exchange.facts.all.some((fact) => fact.kind === "params-dropped" && fact.warn))
          logger.warn(record, "exchange");
        else logger.exchange(record);
        onRecord(record);
      })
      .catch((thrown: unknown) => logger.error({ cause: describe(thrown) }, "exchange could not be logged"));
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
