/* Positions in a chart of days: scales, lines and areas as SVG paths. */

/** A part of the chart that shows one figure. */
export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The lowest and the highest value of an axis. */
export interface Range {
  low: number;
  high: number;
}

/** A position of a value; null where there is none. */
export type Position = readonly [x: number, y: number] | null;

const time = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** Returns the horizontal position of a day between the first and the last; those outside are at the ends. */
export function dayPosition(day: string, first: string, last: string, { left, right }: Plot): number {
  const share = first === last ? 1 : (time(day) - time(first)) / (time(last) - time(first));
  return left + Math.min(1, Math.max(0, share)) * (right - left);
}

/** Returns the vertical position of a value. */
export const valuePosition = (value: number, { low, high }: Range, { top, bottom }: Plot): number =>
  bottom - ((value - low) / (high - low)) * (bottom - top);

/** Returns a range of whole tens of percent that contains all rates. */
export function rateRange(rates: readonly number[]): Range {
  const low = Math.floor(Math.min(1, ...rates) * 10) / 10;
  const high = Math.ceil(Math.max(0, ...rates) * 10) / 10;
  if (high > low) return { low, high };
  return low >= 0.1 ? { low: low - 0.1, high: low } : { low: 0, high: 0.1 };
}

/** Returns a range from 0 to a number of two digits and zeros that no count exceeds. */
export function countRange(counts: readonly number[]): Range {
  const most = Math.max(1, ...counts);
  const unit = 10 ** Math.max(0, String(most).length - 2);
  return { low: 0, high: Math.ceil(most / unit) * unit };
}

const point = ([x, y]: readonly [number, number]): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** Returns the positions between gaps. */
export function stretches(positions: readonly Position[]): (readonly [number, number])[][] {
  const result: (readonly [number, number])[][] = [[]];
  for (const position of positions) {
    if (position) result[result.length - 1].push(position);
    else result.push([]);
  }
  return result.filter((stretch) => stretch.length > 0);
}

/** Returns a line through positions as a path, with gaps. */
export const linePath = (positions: readonly Position[]): string =>
  stretches(positions)
    .map((stretch) => `M${stretch.map(point).join("L")}`)
    .join("");

/** Returns the area between positions and the bottom of a plot as a path, with gaps. */
export const areaPath = (positions: readonly Position[], { bottom }: Plot): string =>
  stretches(positions)
    .map((stretch) => {
      const [[first], [last]] = [stretch[0], stretch[stretch.length - 1]];
      return `M${first.toFixed(1)} ${bottom}L${stretch.map(point).join("L")}L${last.toFixed(1)} ${bottom}Z`;
    })
    .join("");

/** The least distances of the labels of years: from the ends of the axis, and from one another. */
export interface TickRoom {
  end: number;
  between: number;
}

/** Returns the first days of the years that have room between the ends of an axis and one another. */
export function yearTicks(first: string, last: string, plot: Plot, room: TickRoom): string[] {
  const ticks: string[] = [];
  let free = plot.left + room.end;
  for (let year = Number(first.slice(0, 4)) + 1; year <= Number(last.slice(0, 4)); year++) {
    const day = `${year}-01-01`;
    const x = dayPosition(day, first, last, plot);
    if (x < free || x > plot.right - room.end) continue;
    ticks.push(day);
    free = x + room.between;
  }
  return ticks;
}

/** Returns the index of the position nearest to another. */
export const nearestIndex = (positions: readonly number[], x: number): number =>
  positions.reduce(
    (best, position, index) => (Math.abs(position - x) < Math.abs(positions[best] - x) ? index : best),
    0,
  );
