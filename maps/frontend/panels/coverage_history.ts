/* The management history of a building in its popup, with gaps. */

import { serviceClient } from "../core/data_client.ts";
import { emit } from "../core/events.ts";
import { node } from "../core/nodes.ts";
import { config } from "../core/store.ts";
import { formatLongDay, loadFailed, translate, translateValue } from "../core/texts.ts";
import type { CoveragePeriod } from "../core/types.ts";

/** A period with a manager, or a gap without one. */
export interface HistoryEntry {
  from: string;
  to: string | null;
  manager?: string;
  kind?: string;
}

/** Returns the periods and the gaps between them, oldest first. */
export function withGaps(periods: readonly CoveragePeriod[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let last: string | null = null;
  for (const { covered_from: from, covered_to: to, manager, manager_kind: kind } of periods) {
    if (last && last !== from) entries.push({ from: last, to: from });
    entries.push({ from, to, manager, kind });
    last = to;
  }
  if (last) entries.push({ from: last, to: null });
  return entries;
}

/** Returns the day before another. A period of the data ends before the day `to`; people name its last day. */
export const dayBefore = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

function listItem({ from, to, manager, kind }: HistoryEntry) {
  const days = to
    ? translate("period", { from: formatLongDay(from), last: formatLongDay(dayBefore(to)) })
    : translate("since_day", { day: formatLongDay(from) });
  return node("li", { class: manager ? "managed" : "gap" }, [
    node("span", { class: "days" }, days),
    node("span", {}, manager ?? translate("uncovered_buildings")),
    kind ? node("small", {}, translateValue("manager", kind)) : null,
  ]);
}

/** Returns an element that fills when the service responds; null on a stand-alone page. */
export function coverageHistory(code: string): HTMLElement | null {
  if (!config.service) return null;
  const box = node("section", { class: "history", "aria-busy": "true" }, node("h3", {}, translate("history")));
  const show = (content: HTMLElement) => {
    box.append(content);
    box.removeAttribute("aria-busy");
    emit("grown");
  };
  serviceClient()
    .history(code)
    .then(
      (periods) =>
        show(
          periods.length ? node("ol", {}, withGaps(periods).map(listItem)) : node("p", {}, translate("never_covered")),
        ),
      (error: unknown) => show(node("p", {}, loadFailed(error))),
    );
  return box;
}
