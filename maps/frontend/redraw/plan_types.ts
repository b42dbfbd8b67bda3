/* The JSON of plans: api/schemas/plans.py, api/schemas/impact.py. */

import type { AreaProps, Box } from "../core/types.ts";
import type { LonLat, PolygonGeometry } from "./geometry.ts";

/** What a step does, as the service applies it: geo/plans/core/operations.py. */
export type Operation =
  | { kind: "split"; code: string; line: GeoJSON.LineString }
  | { kind: "move_border"; codes: string[]; line: GeoJSON.LineString }
  | { kind: "merge"; codes: string[] }
  | { kind: "transfer"; buildings: string[]; to: string }
  | { kind: "rename"; code: string; name: string | null }
  | { kind: "create"; community: string; count: number }
  | { kind: "renumber" | "import"; community: string }
  | { kind: "restore"; code: string };

/** A step of a plan with who made it. */
export interface PlanStep {
  number: number;
  body: Operation;
  author: string;
  created_at: string;
  undone: boolean;
}

/** A plan with its steps. */
export interface PlanJson {
  title: string;
  author: string;
  status: "draft" | "published" | "discarded";
  version: number;
  /** The revision that the plan was published as. */
  revision: number | null;
  /** The codes of the communities that the steps in effect change. */
  communities: string[];
  operations: PlanStep[];
  /** How many of the last steps are undone. */
  undone_count: number;
}

/** A comment on a plan. */
export interface PlanComment {
  text: string;
  author: string;
  created_at: string;
}

/** An error or a warning about the grids; an error prevents publication. */
export interface Finding {
  kind: string;
  is_error: boolean;
  /** The grids that it is about. */
  codes: string[];
  size: number;
  unit: string;
  limit: number | null;
  lon: number;
  lat: number;
  meaning: string;
  geometry: GeoJSON.Geometry | null;
}

/** A grid with its figures. */
export interface GridProps {
  code: string;
  name: string | null;
  community_code: string;
  buildings: number;
  households: number;
}

/** A grid after the plan. */
export type GridFeature = GeoJSON.Feature<PolygonGeometry, GridProps>;

/** A grid in force; its figures may be unknown. */
export type GridInForce = GeoJSON.Feature<
  PolygonGeometry,
  Omit<GridProps, "buildings" | "households"> & { buildings?: number | null; households?: number | null }
>;

/** A grid of the plan with its extent, so that most points and boxes are excluded without its corners. */
export type PlanGrid = GridFeature & { extent: Box };

/** An area; its geometry is null without an outline. */
export type AreaFeature = GeoJSON.Feature<PolygonGeometry | null, AreaProps>;

/** A building as the service lists it; without a footprint its geometry is null. */
export type BuildingFeature = GeoJSON.Feature<
  PolygonGeometry | null,
  { code: string; name?: string | null; address?: string | null; households?: number | null }
>;

/** A building of an open community. */
export interface PlanBuilding {
  code: string;
  name: string;
  households?: number | null;
  geometry: PolygonGeometry;
  /** The code of its community. */
  community: string;
  extent: Box;
  /** A location in the building: it decides in which grid the building lies. */
  point: LonLat;
}

/** A plan after a step, with the grids and the findings of the communities that it changes. */
export interface PlanPreview {
  plan: PlanJson;
  communities: string[];
  grids: { features: GridFeature[] };
  findings: Finding[];
}

/** A step that no longer applies to the newest grids, and the reason. */
export interface DroppedStep {
  number: number;
  body: Operation;
  reason: string;
}

/** A plan rebased on the newest revision. */
export interface RebasedPlan extends PlanPreview {
  dropped: DroppedStep[];
}

/** A publication of grids. */
export interface Revision {
  number: number;
  effective_at: string;
  title: string;
  /** The display name of the account; null if it has none. */
  author: string | null;
}

/** The contents of a grid, or of what moves between two. */
export interface GridCounts {
  buildings: number;
  households: number;
  open_issues: number;
}

/** What moves from one grid to another; null is the area outside every grid. */
export interface GridMove {
  from_code: string | null;
  to_code: string | null;
  counts: GridCounts;
}

type Range = [minimum: number, median: number, maximum: number];

/** How many grids there are, and how much they contain. */
export interface SizeDistribution {
  grids: number;
  buildings: Range;
  households: Range;
}

/** What changes grid. */
export interface PlanImpact {
  total: GridCounts;
  moves: GridMove[];
  distribution_before: SizeDistribution | null;
  distribution_after: SizeDistribution | null;
}
