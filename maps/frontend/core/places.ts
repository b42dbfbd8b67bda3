/* Locations of rows and boxes. */

import type { Box, Located } from "./types.ts";

/** The number of search results on one list. */
export const MOST_HITS = 12;

/** The south-west and the north-east corner, latitude first as Leaflet has it. */
export type Corners = [southWest: [lat: number, lon: number], northEast: [lat: number, lon: number]];

/** Adds the middle of a box to properties. */
export const located = <Props extends object>(props: Props, box: Box): Located<Props> => ({
  ...props,
  lon: (box[0] + box[2]) / 2,
  lat: (box[1] + box[3]) / 2,
});

/** Returns the corners of a box as Leaflet has them; null without a box. */
export function corners(box: Box): Corners;
export function corners(box: Box | null | undefined): Corners | null;
export function corners(box: Box | null | undefined): Corners | null {
  if (!box) return null;
  return [
    [box[1], box[0]],
    [box[3], box[2]],
  ];
}
