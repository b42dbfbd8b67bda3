/* Loads what the steps of a plan do not change about a community: its buildings, and the grids in force. */

import { getAll, getJson } from "../core/http.ts";
import { config, service } from "../core/store.ts";
import type { AreaProps, Box } from "../core/types.ts";
import { extent, labelPoint, type PolygonGeometry } from "./geometry.ts";
import type { AreaFeature, BuildingFeature, Finding, GridInForce, PlanBuilding } from "./plan_types.ts";

/** A community without the steps of the plan. */
export interface CommunityData {
  area: AreaProps;
  /** The extent of its outline; null without an outline. */
  outline: Box | null;
  /** Those with a footprint. */
  buildings: PlanBuilding[];
  grids: GridInForce[];
  findings: Finding[];
}

/** Loads a community that a plan changes, or may change. */
export async function loadCommunity(planAddress: string, community: string): Promise<CommunityData> {
  const { urls } = config;
  const areaUrl = service().featureUrls.area.replace("{code}", encodeURIComponent(community));
  const [buildings, grids, area, findings] = await Promise.all([
    getAll<BuildingFeature>(urls.buildings, { area: community }),
    getAll<GridInForce>(urls.grids, { area: community }),
    getJson<AreaFeature>(areaUrl),
    loadEarlierFindings(planAddress, community),
  ]);
  return {
    area: area.properties,
    outline: area.geometry ? extent(area.geometry) : null,
    buildings: buildings.flatMap(({ properties, geometry }) =>
      geometry ? toBuilding(properties, geometry, community) : [],
    ),
    grids,
    findings,
  };
}

/** Loads the findings about a community without the steps of a plan. */
export const loadEarlierFindings = (planAddress: string, community: string): Promise<Finding[]> =>
  getJson<Finding[]>(`${planAddress}/findings`, { area: community, before: true });

function toBuilding(
  properties: BuildingFeature["properties"],
  geometry: PolygonGeometry,
  community: string,
): PlanBuilding {
  const { code, name, address, households } = properties;
  return {
    code,
    name: name || address || code,
    households,
    geometry,
    community,
    extent: extent(geometry),
    point: labelPoint(geometry),
  };
}
