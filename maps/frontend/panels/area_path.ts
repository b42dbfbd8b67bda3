/* The path of areas from that of the page down to the chosen one, as the table lists them above its rows.

   On a page of the whole city, the path begins empty; otherwise its first area is that of the page. */

import { config } from "../core/store.ts";
import type { Scope } from "../core/types.ts";

/** The areas from the outermost to the chosen one. */
export type AreaPath = readonly Scope[];

/** Returns the path of the page before an area is chosen. */
export const rootPath = (): AreaPath => (config.area ? [{ code: config.area, name: config.title }] : []);

/** Returns the path to an area: the areas of a path that contain it, and the area. */
export const pathTo = (path: AreaPath, area: Scope): AreaPath => [
  ...path.filter(({ code }) => area.code !== code && area.code.startsWith(code)),
  area,
];

/** Returns the areas below that of the page. */
export const stepsBelowPage = (path: AreaPath): AreaPath => path.slice(config.area ? 1 : 0);

/** Returns the path up to a number of steps below the area of the page. */
export const pathUpTo = (path: AreaPath, steps: number): AreaPath => path.slice(0, steps + (config.area ? 1 : 0));
