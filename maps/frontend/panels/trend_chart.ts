/* The chart of a trend: coverage rate and number of uncovered buildings by month, as inline SVG. */

import { svgNode } from "../core/nodes.ts";
import { formatMonth, formatNumber, formatPercent, translate } from "../core/texts.ts";
import type { TrendPoint } from "../core/types.ts";
import {
  areaPath,
  countRange,
  dayPosition,
  linePath,
  nearestIndex,
  type Plot,
  type Position,
  type Range,
  rateRange,
  valuePosition,
  yearTicks,
} from "./chart_scales.ts";

const WIDTH = 340;
const HEIGHT = 124;
const TICK_ROOM = { end: 78, between: 44 };
const RATE: Plot = { left: 40, right: 330, top: 15, bottom: 48 };
const UNCOVERED: Plot = { left: 40, right: 330, top: 71, bottom: 104 };

/** What a chart reports. */
export interface ChartEvents {
  /** The pointer is over the point of an index; null after it has left the chart. */
  pointed(index: number | null): void;
  /** The user chose the point of an index. */
  chosen(index: number): void;
}

/** The chart of at least one point, oldest first. */
export class TrendChart {
  readonly element: SVGSVGElement;
  readonly #points: readonly TrendPoint[];
  readonly #xs: number[];
  readonly #rates: Position[];
  readonly #counts: Position[];
  readonly #later = svgNode("rect", { class: "later", y: RATE.top - 1, height: UNCOVERED.bottom - RATE.top + 2 });
  readonly #mark = svgNode("g", { class: "mark" });
  readonly #pointed = svgNode("g", { class: "pointed" });

  constructor(points: readonly TrendPoint[], label: string, events: ChartEvents) {
    this.#points = points;
    this.#xs = points.map(({ on }) => this.#x(on));
    const rates = rateRange(points.flatMap(({ rate }) => (rate == null ? [] : [rate])));
    const counts = countRange(points.map(({ uncovered }) => uncovered));
    this.#rates = points.map(({ rate }, index) =>
      rate == null ? null : [this.#xs[index], valuePosition(rate, rates, RATE)],
    );
    this.#counts = points.map(({ uncovered }, index) => [this.#xs[index], valuePosition(uncovered, counts, UNCOVERED)]);
    this.element = svgNode("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, [
      ...frame(RATE, translate("rate"), rates, formatShare),
      ...frame(UNCOVERED, translate("uncovered"), counts, formatNumber),
      svgNode("path", { class: "rate-line", d: linePath(this.#rates) }),
      svgNode("path", { class: "uncovered-area", d: areaPath(this.#counts, UNCOVERED) }),
      svgNode("path", { class: "uncovered-line", d: linePath(this.#counts) }),
      ...this.#timeAxis(),
      this.#later,
      this.#mark,
      this.#pointed,
    ]);
    this.#listen(events);
  }

  /** Marks the day shown, whose values are those of a point; what comes later is paler. */
  showDay(day: string, index: number) {
    const x = this.#x(day);
    this.#later.setAttribute("x", x.toFixed(1));
    this.#later.setAttribute("width", Math.max(0, RATE.right - x + 1).toFixed(1));
    this.#mark.replaceChildren(...this.#cursor(x, index));
  }

  /** Returns the index of the last point at or before a day; the first for an earlier day. */
  indexOf(day: string): number {
    return Math.max(
      0,
      this.#points.findLastIndex(({ on }) => on <= day),
    );
  }

  #x(day: string): number {
    return dayPosition(day, this.#points[0].on, this.#points[this.#points.length - 1].on, RATE);
  }

  #timeAxis(): SVGElement[] {
    const [first, last] = [this.#points[0].on, this.#points[this.#points.length - 1].on];
    const label = (x: number, anchor: string, text: string) =>
      svgNode("text", { x: x.toFixed(1), y: HEIGHT - 6, "text-anchor": anchor }, text);
    const years = yearTicks(first, last, RATE, TICK_ROOM).map((day) => label(this.#x(day), "middle", day.slice(0, 4)));
    const ends = first === last ? [] : [label(RATE.left, "start", formatMonth(first))];
    return [...ends, ...years, label(RATE.right, "end", formatMonth(last))];
  }

  #cursor(x: number, index: number): SVGElement[] {
    const dots = [this.#rates[index], this.#counts[index]].flatMap((position) =>
      position ? [svgNode("circle", { cx: position[0].toFixed(1), cy: position[1].toFixed(1), r: 2.8 })] : [],
    );
    const across = x.toFixed(1);
    return [svgNode("line", { x1: across, x2: across, y1: RATE.top, y2: UNCOVERED.bottom }), ...dots];
  }

  #listen({ pointed, chosen }: ChartEvents) {
    const indexAt = (event: MouseEvent) => {
      const { left, width } = this.element.getBoundingClientRect();
      return nearestIndex(this.#xs, ((event.clientX - left) / width) * WIDTH);
    };
    this.element.addEventListener("pointermove", (event) => {
      const index = indexAt(event);
      this.#pointed.replaceChildren(...this.#cursor(this.#xs[index], index));
      pointed(index);
    });
    this.element.addEventListener("pointerleave", () => {
      this.#pointed.replaceChildren();
      pointed(null);
    });
    this.element.addEventListener("click", (event) => chosen(indexAt(event)));
  }
}

const formatShare = (rate: number): string => formatPercent(rate).replace(/[.,]0(?=\D)/, "");

/* Returns the title of a plot, its two borders and their values. */
function frame(plot: Plot, title: string, { low, high }: Range, format: (value: number) => string): SVGElement[] {
  const { left, right, top, bottom } = plot;
  const border = (y: number) => svgNode("line", { class: "border", x1: left, x2: right, y1: y, y2: y });
  const label = (y: number, value: number) =>
    svgNode("text", { x: left - 5, y: y + 3.5, "text-anchor": "end" }, format(value));
  return [
    svgNode("text", { class: "plot-title", x: left, y: top - 5 }, title),
    border(top),
    border(bottom),
    label(top, high),
    label(bottom, low),
  ];
}
