/* The coverage of a building in words. */

import { isCovered } from "../core/store.ts";
import { formatDay, translate } from "../core/texts.ts";
import type { BuildingProps } from "../core/types.ts";

/** Returns whether a building is covered, lost its coverage or never had it. */
export const coverageStatus = (building: BuildingProps) =>
  translate(isCovered(building) ? "covered" : building.reason === "lapsed" ? "lapsed" : "never_covered");

/** Returns why a building has no coverage, and since when. */
export const coverageStatusSince = (building: BuildingProps) =>
  building.uncovered_since
    ? translate("lapsed_on", { day: formatDay(building.uncovered_since) })
    : coverageStatus(building);
