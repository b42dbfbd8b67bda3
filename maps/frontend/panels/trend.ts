/* How the coverage of the scope developed: a chart by month, the day shown marked. */

import { filterQuery, isFiltered, passesNone } from "../core/building_filter.ts";
import { serviceClient } from "../core/data_client.ts";
import { listen } from "../core/events.ts";
import { button, fill, node } from "../core/nodes.ts";
import { recordedDays } from "../core/recorded_days.ts";
import { scopeCode, scopeFigures, scopeName } from "../core/scope.ts";
import { state } from "../core/store.ts";
import { formatLongDay, formatNumber, formatPercent, loadFailed, translate } from "../core/texts.ts";
import type { TrendPoint } from "../core/types.ts";
import { setDay } from "../map/levels.ts";
import { dayStops } from "./day_stops.ts";
import { TrendChart } from "./trend_chart.ts";

/** The trend of the scope. */
export class Trend {
  readonly #readout = node("span", { class: "readout" });
  readonly #figure = node("figure", { class: "trend-figure" });
  readonly #details: HTMLDetailsElement;
  #points: readonly TrendPoint[] = [];
  #chart: TrendChart | null = null;
  #key = "";

  constructor(container: HTMLElement) {
    const summary = node("summary", {}, [node("span", {}, translate("trend")), this.#readout]);
    this.#details = node("details", { class: "trend", open: true }, [summary, this.#figure]);
    container.append(this.#details);
    this.#details.addEventListener("toggle", () => this.#update());
    for (const subject of ["scope", "filter", "day"] as const) listen(subject, () => this.#update());
    this.#update();
  }

  /* Loads the trend of another scope; on another day of the same one moves the mark only. */
  #update() {
    if (!this.#details.open) return;
    const until = lastDay(state.on);
    const key = JSON.stringify([scopeCode(), filterQuery(), passesNone(), until]);
    if (key === this.#key) this.#showDay();
    else {
      this.#key = key;
      this.#load(until);
    }
  }

  async #load(until: string) {
    const key = this.#key;
    this.#showText(translate("loading"));
    this.#figure.setAttribute("aria-busy", "true");
    // After the figures: among a million buildings it takes seconds of the database.
    const figures = await scopeFigures().catch(() => null); // the table shows the error
    await figures?.reasons;
    if (key !== this.#key) return;
    try {
      const points = await serviceClient().trend(scopeCode(), until);
      if (key === this.#key) this.#show(points);
    } catch (error) {
      if (key === this.#key) this.#showError(error);
    } finally {
      if (key === this.#key) this.#figure.removeAttribute("aria-busy");
    }
  }

  #show(points: readonly TrendPoint[]) {
    if (!points.some(({ buildings }) => buildings)) {
      this.#showText(translate(isFiltered() ? "no_matches" : "trend.no_buildings"));
      return;
    }
    this.#points = points;
    this.#chart = new TrendChart(points, trendText(points), {
      pointed: (index) => this.#read(index),
      chosen: (index) => setDay(points[index].on),
    });
    const rows = node(
      "ul",
      { class: "unseen" },
      points.map((point) => node("li", {}, pointText(point))),
    );
    fill(this.#figure, [this.#chart.element, rows]);
    this.#showDay();
  }

  #showText(text: string) {
    this.#chart = null;
    this.#points = [];
    this.#readout.textContent = "";
    fill(this.#figure, node("p", { class: "note" }, text));
  }

  #showError(error: unknown) {
    this.#showText("");
    const retry = () => {
      this.#key = "";
      this.#update();
    };
    const text = node("p", { class: "note failed", "aria-live": "polite" }, loadFailed(error));
    fill(this.#figure, [text, button(translate("retry"), retry, { class: "more" })]);
  }

  #showDay() {
    this.#chart?.showDay(state.on, this.#chart.indexOf(state.on));
    this.#read(null);
  }

  /* Shows the figures of a point, or of the last one until the day shown. */
  #read(index: number | null) {
    if (!this.#chart) return;
    this.#readout.textContent = pointText(this.#points[index ?? this.#chart.indexOf(state.on)]);
  }
}

/* Returns the last day of the chart: the last recorded one, or the day shown if it is too early for that chart. */
function lastDay(day: string): string {
  const { last } = recordedDays();
  return day < dayStops(last)[0] ? day : last;
}

const pointText = ({ on, rate, uncovered }: TrendPoint): string =>
  translate("trend.point", { day: formatLongDay(on), rate: formatPercent(rate), count: formatNumber(uncovered) });

/* Describes the chart for those who do not see it. */
function trendText(points: readonly TrendPoint[]): string {
  const [first, last] = [points[0], points[points.length - 1]];
  return translate("trend.summary", { area: scopeName(), first: pointText(first), last: pointText(last) });
}
