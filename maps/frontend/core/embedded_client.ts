/* Reads figures and search results from the data of a stand-alone page. */

import { isFiltered, passes } from "./building_filter.ts";
import type { DataClient } from "./data_client.ts";
import { embeddedFeatures } from "./embedded_features.ts";
import { type Corners, corners, located, MOST_HITS } from "./places.ts";
import { firstOfEachKind, matchesWords, rank, type SearchEntry, searchable } from "./search_entries.ts";
import { embedded, isCovered } from "./store.ts";
import { displayName, type Named } from "./texts.ts";
import type {
  AreaProps,
  BuildingPage,
  BuildingProps,
  Counts,
  EmbeddedFeature,
  HitKind,
  LevelName,
  SearchHit,
} from "./types.ts";

/** Reads the data embedded in a stand-alone page. */
export class EmbeddedClient implements DataClient {
  readonly #areas = embeddedFeatures("areas");
  readonly #grids = embeddedFeatures("grids");
  readonly #byCode = new Map([...this.#areas, ...this.#grids].map((feature) => [feature.props.code, feature]));
  #entries: SearchEntry[] | null = null;

  async rows(level: LevelName, scope: string): Promise<AreaProps[]> {
    const features = level === "grid" ? this.#grids : this.#areas.filter(({ props }) => props.level === level);
    const rows = features.map(({ props }) => props).filter((row) => row.code.startsWith(scope));
    return isFiltered() ? rows.map((row) => ({ ...row, ...countBuildings(row.code, level) })) : rows;
  }

  async find(query: string): Promise<SearchHit[]> {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = this.#searchEntries().filter((entry) => matchesWords(entry, words));
    hits.sort((a, b) => rank(a, words[0]) - rank(b, words[0]) || a.name.length - b.name.length);
    return firstOfEachKind(hits, MOST_HITS);
  }

  #searchEntries(): SearchEntry[] {
    this.#entries ??= [
      ...this.#areas.map((feature) => entry("area", feature, this.#around(feature.props.parent_code))),
      ...this.#grids.map((feature) => entry("grid", feature, this.#around(feature.props.community_code))),
      ...embeddedFeatures("buildings").map((feature) =>
        entry("building", feature, this.#around(feature.props.community_code)),
      ),
      ...embeddedFeatures("issues").map((feature) => entry("issue", feature)),
    ];
    return this.#entries;
  }

  /* Returns the names of an area and of those above it, as text to search. */
  #around(code: string | null | undefined): string {
    const area = this.#props(code);
    return area ? searchable(area.name, area.name_en, this.#around(area.parent_code)) : "";
  }

  #props(code: string | null | undefined): AreaProps | undefined {
    return code == null ? undefined : this.#byCode.get(code)?.props;
  }

  async place(_kind: "area" | "grid", code: string): Promise<Corners | null> {
    return corners(this.#byCode.get(code)?.box);
  }

  async area(code: string): Promise<AreaProps | undefined> {
    return this.#props(code);
  }

  /** Returns how many uncovered buildings of an area lost their coverage; null without buildings. */
  async lapsed(_level: LevelName, scope: string): Promise<number | null> {
    const { rows } = await this.uncovered(scope);
    return embedded?.buildings ? rows.filter((row) => row.reason === "lapsed").length : null;
  }

  /** Returns the uncovered buildings of an area that pass the filter, all on one page. */
  async uncovered(scope: string): Promise<BuildingPage> {
    const features = embeddedFeatures("buildings").filter(
      ({ props }) => isIn(props, scope) && !isCovered(props) && passes(props),
    );
    return { rows: features.map(({ props, box }) => located(props, box)), next: null };
  }

  name(code: string | null | undefined): string | undefined {
    const props = this.#props(code);
    return props && displayName(props);
  }
}

/* Returns the figures of an area or grid for the buildings that pass the filter. */
function countBuildings(code: string, level: LevelName): Counts {
  const buildings = embeddedFeatures("buildings")
    .map(({ props }) => props)
    .filter((props) => passes(props) && (level === "grid" ? props.grid_code === code : isIn(props, code)));
  const covered = buildings.filter((props) => isCovered(props));
  return {
    buildings: buildings.length,
    covered: covered.length,
    uncovered: buildings.length - covered.length,
    rate: buildings.length ? covered.length / buildings.length : null,
    households: countHouseholds(buildings),
    covered_households: countHouseholds(covered),
  };
}

const countHouseholds = (buildings: BuildingProps[]): number =>
  buildings.reduce((sum, props) => sum + (props.households ?? 0), 0);

const isIn = ({ community_code: community }: BuildingProps, area: string): boolean =>
  community?.startsWith(area) ?? false;

/* Areas, grids and buildings have a code, issues a reference. */
interface SearchedProps extends Named {
  ref?: string;
  neighborhood?: string | null;
  manager?: string | null;
}

function entry(kind: HitKind, { props, box }: EmbeddedFeature<SearchedProps>, around = ""): SearchEntry {
  const { code = props.ref ?? "", name, name_en, address, neighborhood, manager } = props;
  return {
    kind,
    code,
    name: displayName(props) ?? code,
    address,
    text: searchable(code, (neighborhood ?? "") + (name ?? ""), name_en, address, manager),
    around,
    bbox: box,
    lon: (box[0] + box[2]) / 2,
    lat: (box[1] + box[3]) / 2,
  };
}
