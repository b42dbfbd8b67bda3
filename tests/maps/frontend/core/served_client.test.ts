import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KINDS, REASONS } from "../../../../maps/frontend/core/building_filter.ts";
import { ServedClient } from "../../../../maps/frontend/core/served_client.ts";
import { state } from "../../../../maps/frontend/core/store.ts";
import { loadPage } from "../page_config.ts";

/* A service that returns one document for every address, and the addresses requested of it. */
function serve(body: unknown, status = 200): string[] {
  const requested: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    requested.push(address);
    return Response.json(body, { status });
  });
  return requested;
}

const hideAllBuildings = () => {
  state.hidden.standing = new Set([...KINDS, ...REASONS]);
};

let client: ServedClient;

beforeEach(() => {
  loadPage();
  vi.stubGlobal("location", { href: "https://map.example/" });
  client = new ServedClient();
});

afterEach(() => vi.unstubAllGlobals());

describe("rows", () => {
  const rows = [{ code: "230404", name: "南山区", buildings: 5, uncovered: 2 }];

  test("are requested by level, area, day, box and filter", async () => {
    const requested = serve(rows);
    state.hidden.use = new Set(["school"]);
    expect(await client.rows("district", "2304", "130,47,131,48", "2024-01-01")).toEqual(rows);
    expect(requested).toEqual([
      "/v1/property-coverage?by=district&area=2304&on=2024-01-01&bbox=130%2C47%2C131%2C48&not_use=school",
    ]);
  });

  test("of all areas have no area and the day shown", async () => {
    const requested = serve(rows);
    await client.rows("district", "");
    expect(requested).toEqual(["/v1/property-coverage?by=district&on=2024-06-30"]);
  });

  test("give areas their names", async () => {
    serve(rows);
    expect(client.name("230404")).toBeUndefined();
    await client.rows("district", "");
    expect(client.name("230404")).toBe("南山区");
  });

  test("have no buildings when the filter hides every type", async () => {
    hideAllBuildings();
    const requested = serve(rows);
    const [row] = await client.rows("district", "");
    expect(row).toMatchObject({ name: "南山区", buildings: 0, uncovered: 0, rate: null });
    expect(requested[0]).not.toContain("manager_kind");
  });
});

test("an error response throws its status and the address without parameters", async () => {
  serve({ detail: "down" }, 503);
  await expect(client.find("为民")).rejects.toThrow(/^503 \/v1\/search$/);
});

describe("the list of uncovered buildings", () => {
  const feature = {
    properties: { code: "H1" },
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [130, 47],
          [130.2, 47],
          [130.2, 47.4],
          [130, 47],
        ],
      ],
    },
  };

  test("has the middle of each building and the cursor of the next page", async () => {
    serve({ features: [feature], links: [{ rel: "next", href: "http://internal:8000/v1/buildings?cursor=H1%2B" }] });
    const { rows, next } = await client.uncovered("2304");
    expect(rows).toHaveLength(1);
    expect(rows[0].code).toBe("H1");
    expect(rows[0].lon).toBeCloseTo(130.1, 9);
    expect(rows[0].lat).toBeCloseTo(47.2, 9);
    expect(next).toBe("H1+");
  });

  test("ends with a page that has no next link", async () => {
    const requested = serve({ features: [], links: [] });
    expect(await client.uncovered("", "H1+")).toEqual({ rows: [], next: null });
    expect(requested).toEqual(["/v1/buildings?on=2024-06-30&covered=false&cursor=H1%2B"]);
  });

  test("is not requested when the filter hides every type", async () => {
    hideAllBuildings();
    const requested = serve({});
    expect(await client.uncovered("")).toEqual({ rows: [], next: null });
    expect(await client.changes("district", "")).toEqual([]);
    expect(await client.lapsed("district", "")).toBe(0);
    expect(requested).toEqual([]);
  });
});

test("buildings with lapsed coverage are the uncovered ones among those requested", async () => {
  const requested = serve([{ uncovered: 2 }, { uncovered: 3 }]);
  expect(await client.lapsed("community", "2304")).toBe(5);
  expect(requested).toEqual(["/v1/property-coverage?by=community&area=2304&on=2024-06-30&reason=lapsed"]);
});

test("the place of an area is its box, or else the extent of its geometry", async () => {
  const corners = [
    [47, 130],
    [48, 131],
  ];
  serve({ bbox: [130, 47, 131, 48], geometry: null });
  expect(await client.place("area", "2304")).toEqual(corners);
  serve({
    geometry: {
      coordinates: [
        [
          [
            [130, 48],
            [131, 47],
            [130.5, 47.5],
          ],
        ],
      ],
    },
  });
  expect(await client.place("grid", "2304")).toEqual(corners);
  serve({ geometry: null });
  expect(await client.place("grid", "2304")).toBeNull();
});

test("codes are encoded in addresses", async () => {
  const requested = serve({ properties: {} });
  await client.building("H/1");
  await client.history("H/1");
  await client.area("a b");
  expect(requested).toEqual(["/v1/buildings/H%2F1?on=2024-06-30", "/v1/buildings/H%2F1/history", "/v1/areas/a%20b"]);
});

describe("the trend", () => {
  const points = [{ on: "2024-06-30", buildings: 5, covered: 3, uncovered: 2, rate: 0.6 }];

  test("is requested by area, last day and filter", async () => {
    const requested = serve(points);
    state.built = { from: 1990, to: null };
    expect(await client.trend("2304", "2024-06-30")).toEqual(points);
    expect(requested).toEqual(["/v1/property-coverage/trend?area=2304&until=2024-06-30&built_from=1990"]);
  });

  test("of no buildings is not requested", async () => {
    const requested = serve(points);
    hideAllBuildings();
    expect(await client.trend("", "2024-06-30")).toEqual([]);
    expect(requested).toEqual([]);
  });
});
