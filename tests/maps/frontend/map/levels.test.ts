import "./leaflet_stub.ts";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { listen } from "../../../../maps/frontend/core/events.ts";
import { state } from "../../../../maps/frontend/core/store.ts";
import {
  chooseLevel,
  followLevels,
  followZoom,
  select,
  setBuildingList,
  setDay,
  setScope,
  zoomed,
} from "../../../../maps/frontend/map/levels.ts";
import { loadPage } from "../page_config.ts";
import { style } from "./map_style.ts";

let zoom = 10;
let events: string[] = [];

for (const name of ["level", "scope", "selected", "day"] as const) listen(name, () => events.push(name));

function zoomTo(value: number) {
  zoom = value;
  zoomed();
}

beforeEach(() => {
  loadPage({ style });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  const map = {
    getZoom: () => zoom,
    setZoom: (value: number) => {
      zoom = value;
    },
  };
  followLevels(map as unknown as L.Map);
  zoom = 10;
  events = [];
});

describe("the level", () => {
  test("is the finest one of the zoom, and is announced when it changes", () => {
    const levels = [10, 11, 12, 13, 14, 18].map((value) => {
      zoomTo(value);
      return state.level;
    });
    expect(levels).toEqual(["district", "subdistrict", "community", "community", "grid", "grid"]);
    expect(events).toEqual(["level", "level", "level"]);
  });

  test("stays as chosen until it follows the zoom again", () => {
    chooseLevel("community");
    zoomTo(9);
    expect(state.level).toBe("community");
    followZoom();
    expect(state.level).toBe("district");
    zoomTo(12);
    expect(state.level).toBe("community");
  });

  test("that is chosen zooms the map in to where tiles have it, and never out", () => {
    chooseLevel("grid");
    expect(zoom).toBe(14);
    chooseLevel("district");
    expect(zoom).toBe(14);
  });

  test("of areas is the finest one below grids while grids are shown", () => {
    zoomTo(15);
    expect([state.level, state.areaLevel]).toEqual(["grid", "community"]);
  });

  test("of the labels of the page of issues is two levels coarser", () => {
    loadPage({ style, kind: "issues" });
    zoomTo(12);
    expect([state.level, state.areaLevel]).toEqual(["community", "district"]);
  });

  test("follows the zoom while buildings are listed", () => {
    chooseLevel("district");
    setBuildingList();
    expect([state.listsBuildings, state.follows, state.level]).toEqual([true, true, "district"]);
    chooseLevel("district");
    expect(state.listsBuildings).toBe(false);
  });
});

describe("an area as scope", () => {
  const area = { code: "230402", name: "向阳区", level: "district" as const };

  test("shows at least the level below it", () => {
    zoomTo(5);
    setScope(area);
    expect([state.scope, state.level]).toEqual(["230402", "subdistrict"]);
    expect(events).toEqual(["scope", "level"]);
    zoomTo(14);
    expect(state.level).toBe("grid");
    zoomTo(5);
    expect(state.level).toBe("subdistrict");
  });

  test("of the finest level still has grids", () => {
    setScope({ code: "230402001001", name: "某社区", level: "community" });
    expect(state.level).toBe("grid");
  });

  test("can be left for the area of the page", () => {
    setScope(area);
    setScope(null);
    expect([state.scope, state.area.name, state.floor, state.level]).toEqual(["", "鹤岗市", 0, "district"]);
  });
});

test("a day is announced once, and only another day", () => {
  setDay("2024-06-30");
  setDay(null);
  setDay("");
  expect(events).toEqual([]);
  setDay("2023-01-01");
  setDay("2023-01-01");
  expect([state.on, ...events]).toEqual(["2023-01-01", "day"]);
});

test("a selection is announced, also when it ends", () => {
  select("1");
  expect(state.selected).toBe("1");
  select(null);
  expect(state.selected).toBeNull();
  expect(events).toEqual(["selected", "selected"]);
});

test("symbols are enlarged where the map scales its tiles down", () => {
  zoomTo(11.5);
  expect(state.scale).toBeCloseTo(Math.SQRT2, 12);
  zoomTo(12);
  expect(state.scale).toBe(1);
});
