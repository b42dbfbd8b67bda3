/* What differs between two days: the default earlier day, and the buildings that gained or lost coverage. */

import { isRecorded, recordedDays } from "../core/recorded_days.ts";
import { isCovered } from "../core/store.ts";
import type { BuildingProps, State } from "../core/types.ts";

/** Returns the day a year earlier, or the first day with records. */
export const earlierDay = (day: string): string | null =>
  isRecorded(yearBefore(day)) ? yearBefore(day) : recordedDays().first;

const yearBefore = (day: string) =>
  `${Number(day.slice(0, 4)) - 1}-${day.slice(5, 7)}-${day.slice(5) === "02-29" ? "28" : day.slice(8)}`;

interface Building {
  props: BuildingProps;
}

/** Returns, by code, which buildings of the later day gained or lost coverage; a new one was not covered before. */
export function coverageChanges(before: readonly Building[], after: readonly Building[]): State["changes"] {
  const wasCovered = new Map(before.map(({ props }) => [props.code, isCovered(props)]));
  const changed = after.filter(({ props }) => (wasCovered.get(props.code) ?? false) !== isCovered(props));
  return new Map(changed.map(({ props }) => [props.code, isCovered(props) ? "gained" : "lost"]));
}
