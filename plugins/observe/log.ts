/** Structured lines, one JSON object each: exchange records and what the process itself has to say. */
import pino from "pino";
import type { LineWriter } from "./line-writer";

export type Logger = pino.Logger;

export function createLogger(level: string, out: Pick<LineWriter, "write">): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters }, out);
}
