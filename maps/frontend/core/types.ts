/* The shapes of data that the service, the page and its tiles contain. */

/** West, south, east and north in degrees. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** What a page shows. */
export type PageKind = "property-coverage" | "grids" | "issues" | "redraw" | "plans";

/** An administrative level, or `grid`. */
export type LevelName = "city" | "district" | "subdistrict" | "community" | "grid";

/** The datum of coordinates that people type. */
export type Datum = "wgs84" | "gcj02" | "bd09" | "cgcs2000";

/** The figures of an area or grid on a day; null while unknown. */
export interface Counts {
  buildings: number | null;
  covered: number | null;
  uncovered: number | null;
  rate: number | null;
  households: number | null;
  covered_households: number | null;
}

/** An area or a grid, in tiles and as a row of figures. Tiles have no figures. */
export interface AreaProps extends Partial<Counts> {
  code: string;
  name?: string | null;
  name_en?: string | null;
  level?: LevelName;
  parent_code?: string | null;
  community_code?: string | null;
  community?: string | null;
  gained?: number;
  lost?: number;
  net?: number;
  uncovered_before?: number;
  rate_before?: number | null;
}

/** A building. Tiles have only some of these properties. */
export interface BuildingProps {
  code: string;
  name?: string | null;
  name_en?: string | null;
  address?: string | null;
  community_code?: string | null;
  community?: string | null;
  neighborhood?: string | null;
  households?: number | null;
  floors?: number | null;
  built_year?: number | null;
  use?: string | null;
  covered?: boolean;
  manager?: string | null;
  manager_kind?: string | null;
  former_manager?: string | null;
  covered_since?: string | null;
  reason?: "never_covered" | "lapsed" | null;
  uncovered_since?: string | null;
  grid_code?: string | null;
}

/** An issue; at low zoom the point of several, with their number. */
export interface IssueProps {
  ref: string;
  category: string;
  status: string;
  description?: string | null;
  channel?: string | null;
  reported_at: string;
  grid_code?: string | null;
  current_grid_code?: string | null;
  count?: number;
}

/** A feature of a stand-alone page: rings and extent in Web Mercator between 0 and 1. */
export interface EmbeddedFeature<Props> {
  props: Props;
  type: 1 | 2 | 3;
  rings: Corner[][];
  box: [number, number, number, number];
  extent: Extent;
  anchor: [lon: number, lat: number] | null;
}

/** A point of a geometry, in the units of its context. */
export interface Corner {
  x: number;
  y: number;
}

/** A box in the same units as its corners. */
export interface Extent {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

/** The number of issues of a category and a status. */
export interface IssueCount {
  category: string;
  status: string;
  issues: number;
}

/** The addresses and versions that a served page uses. */
export interface ServiceConfig {
  tileUrl: string;
  tileQuery: string;
  tileVersions: Record<string, string>;
  coverageUrl: string;
  coverageChangesUrl: string;
  coverageTrendUrl: string;
  historyUrl: string;
  lookupUrl: string;
  issueCountsUrl: string;
  searchUrl: string;
  listUrls: { buildings: string; issues: string };
  exportUrl: string;
  firstDay: string | null;
  today: string | null;
  featureUrls: Record<string, string>;
  issueCounts: IssueCount[];
}

/** By name of a layer, the properties of its features. */
export interface LayerProps {
  areas: AreaProps;
  grids: AreaProps;
  buildings: BuildingProps;
  issues: IssueProps;
  backdrop: AreaProps;
}

/** The name of a layer of data. */
export type LayerName = keyof LayerProps;

/** Something with the longitude and latitude of its middle. */
export type Located<Props> = Props & { lon: number; lat: number };

/** Query parameters by name; those that are null or undefined are left out. */
export type QueryValues = Record<string, string | number | boolean | null | undefined>;

/** Query parameters in order; a name may occur several times. */
export type QueryPairs = [name: string, value: string][];

/** What a search result is. */
export type HitKind = "area" | "neighborhood" | "manager" | "grid" | "building" | "issue" | "place";

/** A search result. Coordinates as typed have a label and a datum instead of a name and a box. */
export interface SearchHit {
  kind: HitKind;
  code: string;
  lon: number;
  lat: number;
  name?: string | null;
  address?: string | null;
  label?: string;
  datum?: Datum;
  bbox?: Box;
  area_code?: string | null;
  /** Of a neighborhood or manager only. */
  buildings?: number | null;
}

/** The grid and the areas of a location in WGS 84. */
export interface LookupResult {
  lon: number;
  lat: number;
  grid: { code: string; name?: string | null; community_code: string } | null;
  areas: { level: LevelName; code: string; name: string }[];
}

/** A period of management of a building; it ends before the day `covered_to`, null while in force. */
export interface CoveragePeriod {
  covered_from: string;
  covered_to: string | null;
  manager: string;
  manager_kind: string;
}

/** The buildings of an area that gained and lost coverage between two days, and its figures on the earlier one. */
export interface CoverageChange {
  code: string;
  gained: number;
  lost: number;
  buildings_before: number;
  uncovered_before: number;
  rate_before: number | null;
}

/** The figures of an area on the day of a trend. */
export interface TrendPoint {
  on: string;
  buildings: number;
  covered: number;
  uncovered: number;
  rate: number | null;
}

/** A page of a list of buildings; `next` is the cursor of the following page. */
export interface BuildingPage {
  rows: Located<BuildingProps>[];
  next: string | null;
}

/** Colours, class bounds and zooms: maps/folium/style.py. */
export interface MapStyle {
  colours: Record<string, string>;
  rates: [from: number, colour: string][];
  loads: string[];
  strengths: Record<"rate" | "load", [number, number, number]>;
  heat: string[];
  categories: string[];
  gridColours: string[];
  levels: LevelName[];
  levelZooms: Record<string, number>;
  zooms: Record<"buildings" | "grids" | "grid_labels" | "names" | "dots", number>;
  maxDataZoom: number;
}

/** The configuration of a page. */
export interface Config {
  kind: PageKind;
  language: "zh" | "en";
  title: string;
  on: string;
  /** Of the city: all times are shown in it. */
  timezone: string;
  asOf: string;
  area: string | null;
  city: string | null;
  bounds: Box;
  levels: LevelName[];
  style: MapStyle;
  texts: Record<string, string>;
  service: ServiceConfig | null;
  /** Of the pages of plans only. */
  /** The reach is the code of the area or grid that it may change, null for all. */
  account: { login: string; role: string; reach: string | null };
  urls: Record<string, string>;
  plan: number;
}

/** The area that a page is restricted to. */
export interface Scope {
  code: string;
  name: string;
  level?: LevelName;
}

/** A filter of several values. */
export type FilterFamily = "category" | "status" | "standing" | "use";

/** Both ends belong to the span; null is an open end. */
export interface Span<T> {
  from: T | null;
  to: T | null;
}

/** What the parts of a page share; each change is announced by an event (events.ts). */
export interface State {
  level: LevelName;
  areaLevel: LevelName;
  /** Whether the level follows the zoom, until the user chooses one. */
  follows: boolean;
  /** The code of the area of the page; "" for all areas. */
  scope: string;
  area: Scope;
  /** Whether the table lists buildings at any zoom. */
  listsBuildings: boolean;
  /** The code or reference of the selected feature. */
  selected: string | null;
  /** The day shown. */
  on: string;
  /** The earlier day of a comparison. */
  then: string | null;
  /** Enlarges symbols where the map scales its tiles down. */
  scale: number;
  /** What colours the grids. */
  measure: "households" | "buildings" | "rate";
  /** Class bounds of that figure. */
  classes: number[];
  /** The index of the coarsest level below the area of the page. */
  floor: number;
  hidden: Record<FilterFamily, Set<string>>;
  /** Years of construction. */
  built: Span<number>;
  /** Report dates. */
  period: Span<string>;
  /** Whether issues at low zoom are a heat map instead of clusters. */
  heat: boolean;
  /** By building code, where two days differ. */
  changes: Map<string, "gained" | "lost">;
  /** While true no tiles are requested: the initial view is not set yet. */
  opening: boolean;
}
