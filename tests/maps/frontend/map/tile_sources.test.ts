import { beforeEach, describe, expect, test, vi } from "vitest";
import { config, state } from "../../../../maps/frontend/core/store.ts";
import { tileCache, tileView } from "../../../../maps/frontend/map/tile_sources.ts";
import { loadPage, service } from "../page_config.ts";
import { style } from "./map_style.ts";

let requested: URL[] = [];
let respond: () => Response = () => new Response(null, { status: 204 });

let versions = 0;

beforeEach(() => {
  requested = [];
  respond = () => new Response(null, { status: 204 });
  versions += 1; // caches live as long as the page: each test has days of its own
  loadPage({
    style,
    on: `day-${versions}`,
    service: { ...service, tileVersions: { grids: "7", buildings: `b${versions}` } },
  });
  vi.stubGlobal("fetch", async (address: string) => {
    requested.push(new URL(address, "https://example.org"));
    return respond();
  });
});

describe("tiles of the service", () => {
  test("are requested for the day, with the version of their table", async () => {
    await tileCache("grids").get({ z: 14, x: 3, y: 5 });
    expect(requested.map(({ pathname }) => pathname)).toEqual(["/tiles/grids/14/3/5.mvt"]);
    expect(Object.fromEntries(requested[0].searchParams)).toEqual({ on: config.on, version: "7" });
  });

  test("of areas have a level instead of a day", async () => {
    state.areaLevel = "community";
    await tileCache("areas").get({ z: 9, x: versions, y: 1 });
    expect(Object.fromEntries(requested[0].searchParams)).toEqual({ level: "community" });
  });

  test("of buildings are requested once for all days", async () => {
    for (const day of [config.on, "2001-01-01", "2012-05-31"]) {
      await tileCache("buildings", day).get({ z: 14, x: 40 + versions, y: 1 });
    }
    expect(requested.map(({ search }) => search)).toEqual([`?version=b${versions}`]);
  });

  test("of issues have the ends of the period that are set", async () => {
    state.period = { from: "2024-01-01", to: null };
    await tileCache("issues").get({ z: 9, x: 1, y: 1 });
    expect(Object.fromEntries(requested[0].searchParams)).toEqual({ on: config.on, since: "2024-01-01" });
  });

  test("are requested once, and again for another day", async () => {
    await tileCache("grids").get({ z: 9, x: 1, y: 1 });
    await tileCache("grids").get({ z: 9, x: 1, y: 1 });
    expect(requested.length).toBe(1);
    await tileCache("grids", "2001-01-01").get({ z: 9, x: 1, y: 1 });
    expect(requested.map(({ searchParams }) => searchParams.get("on"))).toEqual([config.on, "2001-01-01"]);
  });

  test("are empty without content, and fail on an error", async () => {
    expect((await tileCache("grids").get({ z: 9, x: 1, y: 1 })).size).toBe(0);
    respond = () => new Response(null, { status: 404 });
    expect((await tileCache("grids").get({ z: 9, x: 2, y: 1 })).size).toBe(0);
    respond = () => new Response("broken", { status: 500 });
    await expect(tileCache("grids").get({ z: 9, x: 3, y: 1 })).rejects.toThrow("500");
  });
});

test("only the 24 caches used last are stored", () => {
  const first = tileCache("grids", "first");
  for (let number = 0; number < 23; number++) tileCache("grids", `${config.on} ${number}`);
  expect(tileCache("grids", "first")).toBe(first);
  for (let number = 23; number < 46; number++) tileCache("grids", `${config.on} ${number}`);
  expect(tileCache("grids", "first")).toBe(first);
  for (let number = 46; number < 70; number++) tileCache("grids", `${config.on} ${number}`);
  expect(tileCache("grids", "first")).not.toBe(first);
});

describe("a view", () => {
  test("requests no tiles that are not rendered", async () => {
    const view = tileView(
      () => tileCache("buildings"),
      (zoom) => zoom >= 14,
    );
    const tile = await view.getDisplayTile({ z: 13, x: 20, y: 20 });
    expect([tile.data.size, requested.length]).toEqual([0, 0]);
    await view.getDisplayTile({ z: 14, x: 20, y: 20 });
    expect(requested.length).toBe(1);
  });

  test("is a property of its tiles", async () => {
    const view = tileView(
      () => tileCache("buildings"),
      () => true,
    );
    expect(await view.getDisplayTile({ z: 14, x: 1, y: 1 })).toMatchObject({ view });
  });

  test("loads the tile of the current day when the day changes during loading", async () => {
    let day = "2010-01-01";
    const view = tileView(
      () => tileCache("grids", `${config.on} ${day}`),
      () => true,
    );
    const tile = view.getDisplayTile({ z: 14, x: 1, y: 1 });
    day = "2011-01-01";
    await tile;
    expect(requested.map(({ searchParams }) => searchParams.get("on")?.slice(-10))).toEqual([
      "2010-01-01",
      "2011-01-01",
    ]);
  });
});
