import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dataClient, serviceClient } from "../../../../maps/frontend/core/data_client.ts";
import { EmbeddedClient } from "../../../../maps/frontend/core/embedded_client.ts";
import { embeddedFeatures } from "../../../../maps/frontend/core/embedded_features.ts";
import { type PackedLayer, state } from "../../../../maps/frontend/core/store.ts";
import { loadPage } from "../page_config.ts";

/* Rows as points, one millionth of a degree apart. */
function layer(rows: Record<string, unknown>[]): PackedLayer {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const ones = rows.map(() => 1);
  return {
    count: rows.length,
    columns: Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)])),
    geometry: { types: 1, parts: ones, sizes: ones, deltas: rows.flatMap(() => [1, 1]) },
  };
}

const COMMUNITY = "230404001001";
const OTHER = "230404001002";

const areas = [
  { code: "230404", level: "district", name: "南山区", name_en: "Nanshan" },
  { code: "230404001", level: "subdistrict", name: "大陆街道", parent_code: "230404" },
  { code: COMMUNITY, level: "community", name: "为民社区", parent_code: "230404001", buildings: 3 },
  { code: OTHER, level: "community", name: "和平社区", parent_code: "230404001", buildings: 1 },
];

const grids = [
  { code: `${COMMUNITY}001`, name: "为民1", community_code: COMMUNITY },
  { code: `${COMMUNITY}002`, name: "为民2", community_code: COMMUNITY },
];

const building = (code: string, more: Record<string, unknown>) => ({
  code,
  community_code: COMMUNITY,
  grid_code: `${COMMUNITY}001`,
  ...more,
});

const buildings = [
  building("H1", {
    covered: true,
    manager_kind: "property_firm",
    households: 40,
    built_year: 1990,
    manager: "Long Jiang",
  }),
  building("H2", { covered: false, reason: "lapsed", households: 30, built_year: 2005, address: "为民路 2 号" }),
  building("H3", { covered: false, reason: "never_covered", households: 20, grid_code: `${COMMUNITY}002` }),
  building("H4", { covered: false, reason: "lapsed", community_code: OTHER, grid_code: null }),
  building("H5", { covered: false, reason: "lapsed", community_code: null, grid_code: null }),
];

const issues = [{ ref: "I-1", category: "heating", status: "open", reported_at: "2024-05-01T00:00:00Z" }];

const data = { areas: layer(areas), grids: layer(grids), buildings: layer(buildings), issues: layer(issues) };

let client: EmbeddedClient;

beforeAll(() => {
  loadPage({}, data);
  client = new EmbeddedClient();
});

beforeEach(() => loadPage({}, data)); // without a filter

test("a stand-alone page has a client of its data, and none of a service", () => {
  expect(dataClient()).toBeInstanceOf(EmbeddedClient);
  expect(() => serviceClient()).toThrow("no service");
});

test("a layer is decoded once, and a missing layer is empty", () => {
  expect(embeddedFeatures("buildings")).toBe(embeddedFeatures("buildings"));
  expect(embeddedFeatures("buildings")).toHaveLength(buildings.length);
  expect(embeddedFeatures("backdrop")).toEqual([]);
});

describe("rows", () => {
  test("are those of a level in an area", async () => {
    const codes = async (level: "community" | "grid" | "district", scope: string) =>
      (await client.rows(level, scope)).map(({ code }) => code);
    expect(await codes("community", "230404")).toEqual([COMMUNITY, OTHER]);
    expect(await codes("community", OTHER)).toEqual([OTHER]);
    expect(await codes("grid", "")).toEqual(grids.map(({ code }) => code));
  });

  test("have the figures of the data without a filter", async () => {
    const [row] = await client.rows("community", COMMUNITY);
    expect(row.buildings).toBe(3);
  });

  test("under a filter count the buildings that pass it", async () => {
    state.hidden.standing = new Set(["never_covered"]);
    const [row] = await client.rows("community", COMMUNITY);
    expect(row).toMatchObject({
      buildings: 2,
      covered: 1,
      uncovered: 1,
      rate: 0.5,
      households: 70,
      covered_households: 40,
    });
    const [first, second] = await client.rows("grid", COMMUNITY);
    expect([first.buildings, second.buildings, second.rate]).toEqual([2, 0, null]);
  });
});

describe("the uncovered buildings", () => {
  test("of an area are all on one page", async () => {
    const { rows, next } = await client.uncovered(COMMUNITY);
    expect(rows.map(({ code }) => code)).toEqual(["H2", "H3"]);
    expect(rows[0].lat).toBeCloseTo(0.000002, 9);
    expect(next).toBeNull();
  });

  test("of all areas exclude a building in no area", async () => {
    const { rows } = await client.uncovered("");
    expect(rows.map(({ code }) => code)).toEqual(["H2", "H3", "H4"]);
  });

  test("that lost their coverage are counted under the filter", async () => {
    expect(await client.lapsed("district", "230404")).toBe(2);
    state.built = { from: null, to: 2005 };
    expect(await client.lapsed("district", "230404")).toBe(1);
  });
});

describe("a search", () => {
  const find = async (query: string) => (await client.find(query)).map(({ kind, code }) => [kind, code]);

  test("finds names, addresses, managers and references whatever their case and spaces", async () => {
    expect(await find("nanshan")).toEqual([["area", "230404"]]);
    expect(await find("为民路2号")).toEqual([["building", "H2"]]);
    expect(await find("LONGJIANG")).toEqual([["building", "H1"]]);
    expect(await find("i-1")).toEqual([["issue", "I-1"]]);
  });

  test("is narrowed by the names of the areas around a match", async () => {
    expect(await find("h4 和平")).toEqual([["building", "H4"]]);
    expect(await find("h4 为民")).toEqual([]);
    expect(await find("h3 南山")).toEqual([["building", "H3"]]);
  });
});

test("areas and grids are found by their code", async () => {
  expect((await client.area(COMMUNITY))?.name).toBe("为民社区");
  expect(await client.area("999")).toBeUndefined();
  expect(await client.place("area", "230404")).toEqual([
    [0.000001, 0.000001],
    [0.000001, 0.000001],
  ]);
  expect(await client.place("grid", "999")).toBeNull();
  expect(client.name(`${COMMUNITY}002`)).toBe("为民2");
  expect(client.name(null)).toBeUndefined();
});
