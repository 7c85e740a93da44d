import { DAY_MS, HOUR_MS } from "./columns";
import type { Kept } from "./plan-range";
import type { Retention } from "./usage-store";

const RECORD_DAYS = 35;
const HOUR_DAYS = 400;

/** From when on things are kept, on the hour. */
export function keptAt(now: number, { recordDays = RECORD_DAYS, hourDays = HOUR_DAYS }: Retention): Kept {
  const since = (days: number): number => {
    const at = Math.max(0, Math.floor(now - days * DAY_MS));
    return at - (at % HOUR_MS);
  };
  return { recordsFrom: since(recordDays), hoursFrom: since(Math.max(recordDays, hourDays)) };
}

/** What the store has noted of it. @param rows name and value, as a driver gives them */
export function keptFrom(rows: readonly (readonly unknown[])[]): Kept {
  const values = new Map(rows.map(([name, value]) => [name, Number(value)]));
  return { recordsFrom: values.get("records_from") ?? 0, hoursFrom: values.get("hours_from") ?? 0 };
}
