/* The colours of the grids on the map: neighbours differ as long as the palette allows. */

import type { Box } from "../core/types.ts";
import { boxesIntersect } from "./geometry.ts";

const TIE_WEIGHT = 0.001; // of a use anywhere on the map against a use by a neighbour

/** Gives each grid without a colour the one that its neighbours use least, and removes the colours of other grids.

   Colours and grids are by code. A grid that has a colour keeps it. */
export function assignColours(
  colours: Map<string, string>,
  grids: ReadonlyMap<string, { extent: Box }>,
  palette: readonly string[],
) {
  for (const code of colours.keys()) if (!grids.has(code)) colours.delete(code);
  for (const [code, grid] of grids) {
    if (!colours.has(code)) colours.set(code, leastUsed(colours, grid.extent, grids, palette));
  }
}

/* Returns the colour that the fewest neighbours of a box have; on a tie, the one that the fewest grids have. */
function leastUsed(
  colours: ReadonlyMap<string, string>,
  box: Box,
  grids: ReadonlyMap<string, { extent: Box }>,
  palette: readonly string[],
) {
  const uses = new Map(palette.map((colour) => [colour, 0]));
  const count = (colour: string | undefined, weight: number) => {
    if (colour) uses.set(colour, (uses.get(colour) ?? 0) + weight);
  };
  for (const [code, { extent }] of grids) if (boxesIntersect(box, extent)) count(colours.get(code), 1);
  for (const colour of colours.values()) count(colour, TIE_WEIGHT);
  return [...uses].sort((a, b) => a[1] - b[1])[0][0];
}
