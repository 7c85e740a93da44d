/** What commands that serve have in common. */
import { once } from "node:events";

export const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** Until the first SIGTERM or SIGINT; a second one ends the process at once. */
export async function untilStopped(): Promise<void> {
  await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(1));
}

export function milliseconds(flag: string, text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new Error(`${flag} takes milliseconds, not ${text}`);
  return Number(text);
}
