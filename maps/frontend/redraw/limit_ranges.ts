/* The size limits of grids as the service stores them, and as text. */

import { formatNumber, translate } from "../core/texts.ts";

/** How many buildings and households the grids of an area should have; null is no limit. */
export interface SizeLimits {
  area_code: string;
  least_buildings: number | null;
  most_buildings: number | null;
  least_households: number | null;
  most_households: number | null;
}

/** Returns the limits that apply to a community: those of the smallest area around it that has any. */
export const limitsOf = (limits: readonly SizeLimits[], community: string): SizeLimits | undefined =>
  limits
    .filter(({ area_code: area }) => community.startsWith(area))
    .sort((a, b) => b.area_code.length - a.area_code.length)[0];

/** Describes limits: "3 – 8 buildings, at most 300 households". */
export function limitText(limits: SizeLimits | undefined): string {
  if (!limits) return translate("no_limits");
  const buildings = rangeText(limits.least_buildings, limits.most_buildings, "buildings");
  const households = rangeText(limits.least_households, limits.most_households, "households");
  return [buildings, households].filter(Boolean).join(", ") || translate("no_limits");
}

function rangeText(least: number | null, most: number | null, unit: "buildings" | "households") {
  const name = translate(`unit.${unit}`);
  if (least !== null && most !== null) return `${formatNumber(least)} – ${formatNumber(most)} ${name}`;
  if (least !== null) return `${translate("limit_at_least", { limit: formatNumber(least) })} ${name}`;
  return most === null ? "" : `${translate("limit_at_most", { limit: formatNumber(most) })} ${name}`;
}
