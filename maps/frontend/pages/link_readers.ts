/* Readers of the values of a permalink: each returns undefined for text that is not valid. */

import type { Span } from "../core/types.ts";

/** Returns a day, or undefined for text that is none, such as 30 February. */
export function readDay(text: string): string | undefined {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? undefined : text;
}

/** Returns a year of four digits. */
export const readYear = (text: string): number | undefined => (/^\d{4}$/.test(text) ? Number(text) : undefined);

/** Returns a reader of one of several values. */
export const oneOf =
  <Value extends string>(values: readonly Value[]) =>
  (text: string): Value | undefined =>
    values.find((value) => value === text);

/** Returns a reader of "from~to", either of them null where it is open. */
export const span =
  <Value>(read: (text: string) => Value | undefined) =>
  (text: string): Span<Value> | undefined => {
    const [from, to, ...others] = text.split("~").map((end) => (end ? read(end) : null));
    return from === undefined || to === undefined || others.length ? undefined : { from, to };
  };

/** Returns the values of a list whose items are percent-encoded. */
export function list(text: string): Set<string> | undefined {
  try {
    return new Set(text.split(",").filter(Boolean).map(decodeURIComponent));
  } catch {
    return undefined; // an incomplete percent-encoding
  }
}

/** Returns a view as "zoom/latitude/longitude", to a hundredth of a pixel. */
export function viewText(zoom: number, lat: number, lon: number): string {
  const digits = Math.ceil(zoom * Math.log10(2)) + 2; // a pixel is 1.4 / 2 ** zoom degrees
  return [zoom, lat.toFixed(digits), lon.toFixed(digits)].join("/");
}

/** Returns the numbers of "zoom/latitude/longitude". */
export function viewNumbers(text: string): [zoom: number, lat: number, lon: number] | undefined {
  const numbers = text.split("/").map((part) => (part ? Number(part) : NaN));
  const [zoom, lat, lon] = numbers;
  return numbers.length === 3 && numbers.every(Number.isFinite) ? [zoom, lat, lon] : undefined;
}
