/* The days that the map can show. */

import { config } from "./store.ts";

/** Whether the page can show other dates; a stand-alone page contains only one. */
export const hasDays = (): boolean => Boolean(config.service) && config.kind !== "issues";

/** Returns the first and the last day that the map can show; the first is null without records. */
export const recordedDays = (): { first: string | null; last: string } => ({
  first: config.service?.firstDay ?? null,
  last: config.service?.today ?? config.on,
});

/** Whether the map can show a day. */
export function isRecorded(day: string): boolean {
  const { first, last } = recordedDays();
  return day >= (first ?? "") && day <= last;
}
