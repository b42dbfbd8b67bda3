/* Requests figures, search results and locations from the service. */

import { filterQuery, lapsedQuery, passesNone } from "./building_filter.ts";
import type { DataClient } from "./data_client.ts";
import type { Link } from "./http.ts";
import { type Corners, corners, located, MOST_HITS } from "./places.ts";
import { ACCEPT_JSON, withQuery } from "./query_string.ts";
import { config, service, state } from "./store.ts";
import { displayName } from "./texts.ts";
import { sumRows } from "./totals.ts";
import type {
  AreaProps,
  Box,
  BuildingPage,
  BuildingProps,
  CoverageChange,
  CoveragePeriod,
  Datum,
  IssueCount,
  IssueProps,
  LevelName,
  LookupResult,
  QueryPairs,
  QueryValues,
  SearchHit,
  Span,
  TrendPoint,
} from "./types.ts";

const NO_BUILDINGS = { buildings: 0, covered: 0, uncovered: 0, rate: null, households: 0, covered_households: 0 };

interface Geometry {
  /** Numbers, or lists of them of any depth. */
  coordinates: unknown[];
}

interface Feature<Props> {
  properties: Props;
  geometry: Geometry | null;
  bbox?: Box;
}

/** Requests data from the service. */
export class ServedClient implements DataClient {
  readonly #names = new Map<string, string>();

  /** Returns the rows of a level in an area; with a box, those that intersect it. */
  async rows(level: LevelName, scope: string, box: string | null = null, on = state.on): Promise<AreaProps[]> {
    const query = { by: level, area: scope || null, on, bbox: box };
    const rows = await this.#counts(query, passesNone() ? [] : filterQuery());
    for (const row of rows) this.#names.set(row.code, displayName(row));
    return passesNone() ? rows.map((row) => ({ ...row, ...NO_BUILDINGS })) : rows;
  }

  #counts(query: QueryValues, filter: QueryPairs): Promise<AreaProps[]> {
    return request(service().coverageUrl, query, filter);
  }

  /** Returns how many buildings of an area lost their coverage and pass the filter. */
  async lapsed(level: LevelName, scope: string): Promise<number> {
    const filter = lapsedQuery();
    if (!filter) return 0;
    const rows = await this.#counts({ by: level, area: scope || null, on: state.on }, filter);
    return sumRows(rows).uncovered;
  }

  /** Returns a page of the uncovered buildings of an area that pass the filter, in order of code. */
  async uncovered(scope: string, cursor: string | null = null): Promise<BuildingPage> {
    if (passesNone()) return { rows: [], next: null };
    const query = { area: scope || null, on: state.on, covered: "false", cursor };
    const { features, links } = await request<{ features: Feature<BuildingProps>[]; links: Link[] }>(
      service().listUrls.buildings,
      query,
      filterQuery(),
    );
    const next = links.find(({ rel }) => rel === "next");
    return {
      rows: features.map(({ properties, geometry }) => located(properties, extent(geometry)!)),
      next: next ? new URL(next.href, location.href).searchParams.get("cursor") : null,
    };
  }

  /** Returns what gained and lost coverage between two dates, and the figures of the earlier one, by area. */
  async changes(level: LevelName, scope: string): Promise<CoverageChange[]> {
    if (passesNone()) return [];
    const query = { by: level, area: scope || null, since: state.then, on: state.on };
    return request(service().coverageChangesUrl, query, filterQuery());
  }

  /** Returns the figures of an area by month, up to a day; none where the filter hides all buildings. */
  async trend(scope: string, until: string): Promise<TrendPoint[]> {
    if (passesNone()) return [];
    return request(service().coverageTrendUrl, { area: scope || null, until }, filterQuery());
  }

  async building(code: string): Promise<BuildingProps> {
    const address = `${service().listUrls.buildings}/${encodeURIComponent(code)}`;
    return (await request<Feature<BuildingProps>>(address, { on: state.on })).properties;
  }

  async issue(ref: string): Promise<IssueProps> {
    return request(`${service().listUrls.issues}/${encodeURIComponent(ref)}`);
  }

  async history(code: string): Promise<CoveragePeriod[]> {
    return request(withCode(service().historyUrl, code));
  }

  async issueCounts({ from, to }: Span<string>): Promise<IssueCount[]> {
    return request(service().issueCountsUrl, { since: from, until: to, area: config.area });
  }

  /** Looks up coordinates of a datum: lon and lat in WGS 84, grid and areas. */
  async lookUp(lon: number, lat: number, datum: Datum): Promise<LookupResult> {
    return request(service().lookupUrl, { lon, lat, datum });
  }

  async area(code: string): Promise<AreaProps> {
    return (await request<Feature<AreaProps>>(withCode(service().featureUrls.area, code))).properties;
  }

  async find(query: string): Promise<SearchHit[]> {
    return request(service().searchUrl, { q: query, on: state.on, limit: MOST_HITS });
  }

  async place(kind: "area" | "grid", code: string): Promise<Corners | null> {
    const address = service().featureUrls[kind];
    if (!address) return null;
    const feature = await request<Feature<AreaProps>>(withCode(address, code));
    return corners(feature.bbox ?? extent(feature.geometry));
  }

  name(code: string | null | undefined): string | undefined {
    return code == null ? undefined : this.#names.get(code);
  }
}

const withCode = (address: string, code: string): string => address.replace("{code}", encodeURIComponent(code));

/* Requests a document; the caller names its type, which the service's schema promises. */
async function request<Body>(address: string, values: QueryValues = {}, pairs: QueryPairs = []): Promise<Body> {
  const response = await fetch(withQuery(address, values, pairs), { headers: ACCEPT_JSON });
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response.json();
}

function extent(geometry: Geometry | null): Box | null {
  if (!geometry) return null;
  const numbers = geometry.coordinates.flat(Infinity) as number[];
  const lons = numbers.filter((_, index) => index % 2 === 0);
  const lats = numbers.filter((_, index) => index % 2 === 1);
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return [least(lons), least(lats), most(lons), most(lats)];
}
