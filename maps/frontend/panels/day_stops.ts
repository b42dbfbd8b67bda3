/* The days at which the date slider stops. */

import { isRecorded } from "../core/recorded_days.ts";

const YEARS = 10;

const isoDay = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

/** Returns the first day of each month of the ten years before a day that has records, and that day. */
export function dayStops(last: string): string[] {
  const [year, month] = last.split("-").map(Number);
  const months = Array.from({ length: YEARS * 12 }, (_, index) => isoDay(year - YEARS, month + index, 1));
  return [...months.filter((day) => day < last && isRecorded(day)), last];
}

/** Returns the index of the last stop at or before a day; 0 for a day before all stops. */
export const stopIndex = (stops: readonly string[], day: string) =>
  Math.max(
    0,
    stops.findLastIndex((stop) => stop <= day),
  );
