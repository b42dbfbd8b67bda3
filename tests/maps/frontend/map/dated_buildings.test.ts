import type { Feature } from "protomaps-leaflet";
import { TileCache } from "protomaps-leaflet";
import { describe, expect, test } from "vitest";
import {
  coverageOn,
  DatedBuildingSource,
  isStanding,
  parsePeriods,
} from "../../../../maps/frontend/map/dated_buildings.ts";
import { propsOf } from "../../../../maps/frontend/map/tile_features.ts";

const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

describe("the periods of a building", () => {
  test("are read from the text of its tile", () => {
    expect(parsePeriods("self_managed 2024-05-01/.. property_firm 2019-03-01/2024-03-01")).toEqual([
      { kind: "property_firm", from: "2019-03-01", to: "2024-03-01" },
      { kind: "self_managed", from: "2024-05-01", to: null },
    ]);
    expect(parsePeriods(undefined)).toEqual([]);
  });

  test("say on every day what walking through the days says", () => {
    const periods = parsePeriods("a 2020-01-30/2020-02-02 b 2020-02-02/2020-02-04 c 2020-02-07/..");
    let [current, since, ended] = ["", "", ""];
    for (let day = "2020-01-25"; day < "2020-02-20"; day = dayAfter(day)) {
      for (const { kind, from, to } of periods) {
        if (to === day) [current, ended] = ["", day];
        if (from === day) [current, since] = [kind, day];
      }
      const uncovered = ended ? { reason: "lapsed", uncovered_since: ended } : { reason: "never_covered" };
      const expected = current ? { manager_kind: current, covered_since: since } : uncovered;
      expect([day, coverageOn(periods, day)]).toEqual([day, expected]);
    }
  });
});

test("a building stands from the year it was built to the day before it is retired", () => {
  const building = { code: "b", built_year: 2001, retired_on: "2020-05-01" };
  expect(isStanding(building, "2000-12-31")).toBe(false);
  expect(isStanding(building, "2001-01-01")).toBe(true);
  expect(isStanding(building, "2020-04-30")).toBe(true);
  expect(isStanding(building, "2020-05-01")).toBe(false);
  expect(isStanding({ code: "b" }, "1900-01-01")).toBe(true);
});

const cacheOf = (content: Map<string, Feature[]>) => new TileCache({ get: async () => content }, 512);

const featureOf = (props: object) =>
  ({
    props,
    geom: [],
    geomType: 3,
    bbox: { minX: 0, minY: 0, maxX: 0, maxY: 0 },
    numVertices: 0,
  }) as unknown as Feature;

describe("a tile of a day", () => {
  const tile = { z: 14, x: 1, y: 1 };
  const counts = cacheOf(new Map([["building_counts", [featureOf({ buildings: 9, covered: 4, uncovered: 5 })]]]));

  test("has the buildings that stand on it, with their coverage of that day", async () => {
    const recorded = cacheOf(
      new Map([
        [
          "buildings",
          [
            featureOf({ code: "a", coverage: "property_firm 2019-03-01/2024-03-01" }),
            featureOf({ code: "b", built_year: 2022 }),
          ],
        ],
      ]),
    );
    const on = async (day: string) =>
      (await new DatedBuildingSource(recorded, counts, day).get(tile))
        .get("buildings")
        ?.map((feature) => propsOf(feature));
    expect(await on("2020-01-01")).toEqual([{ code: "a", manager_kind: "property_firm", covered_since: "2019-03-01" }]);
    expect(await on("2024-03-01")).toEqual([
      { code: "a", reason: "lapsed", uncovered_since: "2024-03-01" },
      { code: "b", built_year: 2022, reason: "never_covered" },
    ]);
  });

  test("has counts instead where there are too many", async () => {
    const recorded = cacheOf(new Map([["crowded", [featureOf({ buildings: 3000 })]]]));
    const content = await new DatedBuildingSource(recorded, counts, "2020-01-01").get(tile);
    expect(content.get("clusters")?.map((feature) => propsOf(feature))).toEqual([
      { buildings: 9, covered: 4, uncovered: 5 },
    ]);
    expect(content.has("buildings")).toBe(false);
  });
});
