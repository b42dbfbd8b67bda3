/* Times that people enter: they are those of the city, whatever the time zone of the browser. */

import { config } from "./store.ts";

/** Returns how many milliseconds the city's clocks are ahead of UTC at a moment. */
function offsetAt(moment: number): number {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: config.timezone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const wholeSecond = Math.floor(moment / 1000) * 1000;
  return Date.parse(`${format.format(wholeSecond).replace(" ", "T")}Z`) - wholeSecond;
}

/** Returns the timestamp, in UTC, of a date and time in the city such as 2024-05-01T08:30.

    A time that the city's clocks skip is the one after the gap; of a time that they repeat, it is one of the two. */
export function cityTimestamp(localTime: string): string {
  const asUtc = Date.parse(`${localTime}Z`);
  const moment = asUtc - offsetAt(asUtc);
  return new Date(asUtc - offsetAt(moment)).toISOString();
}

/** Returns the date and time in the city at a moment, to the minute: the inverse of `cityTimestamp`. */
export const cityLocalTime = (moment: number): string =>
  new Date(moment + offsetAt(moment)).toISOString().slice(0, "2024-05-01T08:30".length);
