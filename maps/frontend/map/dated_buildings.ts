/* Buildings on a day, from tiles that are the same for every day: another day needs no request. */

import type { Feature, TileCache, TileSource, Zxy } from "protomaps-leaflet";
import type { BuildingProps } from "../core/types.ts";
import { propsOf, type Tile } from "./tile_features.ts";

/** A building as its tile has it: for every day instead of one. */
export interface RecordedBuilding extends Omit<BuildingProps, "covered" | keyof Coverage> {
  /** `KIND FROM/TO` of each period, in any order; TO is the first day after it, `..` without an end. */
  coverage?: string | null;
  /** The first day on which it no longer stands. */
  retired_on?: string | null;
}

interface Period {
  kind: string;
  from: string;
  /** The first day after the period; null without an end. */
  to: string | null;
}

/** Returns the periods, oldest first, of a text such as `property_firm 2019-03-01/2024-03-01 self_managed 2024-05-01/..`. */
export function parsePeriods(text: string | null | undefined): Period[] {
  const periods: Period[] = [];
  const words = text ? text.split(" ") : [];
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [from, to] = words[index + 1].split("/");
    periods.push({ kind: words[index], from, to: to === ".." ? null : to });
  }
  return periods.sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** Whether a building is built and not yet retired on a day; one without a year was always there. */
export const isStanding = ({ built_year: year, retired_on: retired }: RecordedBuilding, day: string): boolean =>
  (year == null || year <= Number(day.slice(0, 4))) && (retired == null || retired > day);

type Coverage = Pick<BuildingProps, "manager_kind" | "covered_since" | "reason" | "uncovered_since">;

/** Returns the manager kind of a day and since when, or the reason why there is none. */
export function coverageOn(periods: readonly Period[], day: string): Coverage {
  const current = periods.find(({ from, to }) => from <= day && (to === null || day < to));
  if (current) return { manager_kind: current.kind, covered_since: current.from };
  const last = periods.findLast(({ to }) => to !== null && to <= day);
  return last ? { reason: "lapsed", uncovered_since: last.to } : { reason: "never_covered" };
}

const periodsOf = new WeakMap<Feature, Period[]>();

function dated(feature: Feature, day: string): Feature {
  const { coverage, ...props } = propsOf<RecordedBuilding>(feature);
  const periods = periodsOf.get(feature) ?? parsePeriods(coverage);
  periodsOf.set(feature, periods);
  return { ...feature, props: { ...props, ...coverageOn(periods, day) } as Feature["props"] };
}

/** A tile source of the buildings of a day; crowded tiles have `clusters` with the counts of that day instead. */
export class DatedBuildingSource implements TileSource {
  readonly #recorded: TileCache;
  readonly #counts: TileCache;
  readonly #day: string;

  constructor(recorded: TileCache, counts: TileCache, day: string) {
    this.#recorded = recorded;
    this.#counts = counts;
    this.#day = day;
  }

  async get(tile: Zxy): Promise<Tile> {
    const content = await this.#recorded.get(tile);
    if (content.get("crowded")?.length) {
      return new Map([["clusters", (await this.#counts.get(tile)).get("building_counts") ?? []]]);
    }
    const standing = (content.get("buildings") ?? []).filter((feature) => isStanding(propsOf(feature), this.#day));
    return new Map([["buildings", standing.map((feature) => dated(feature, this.#day))]]);
  }
}
