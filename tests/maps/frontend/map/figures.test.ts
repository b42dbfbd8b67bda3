import { beforeEach, describe, expect, test, vi } from "vitest";
import { emit } from "../../../../maps/frontend/core/events.ts";
import { state } from "../../../../maps/frontend/core/store.ts";
import { Figures, figuresState, withFigures } from "../../../../maps/frontend/map/figures.ts";
import { loadPage } from "../page_config.ts";
import { style } from "./map_style.ts";

/** A box with what the figures use of Leaflet's. */
class Bounds {
  constructor(west: number, south: number, east: number, north: number) {
    Object.assign(this, { west, south, east, north });
  }
  declare west: number;
  declare south: number;
  declare east: number;
  declare north: number;
  getWest = () => this.west;
  getSouth = () => this.south;
  getEast = () => this.east;
  getNorth = () => this.north;
  contains = (other: Bounds) =>
    this.west <= other.west && this.south <= other.south && this.east >= other.east && this.north >= other.north;
  pad(ratio: number) {
    const [width, height] = [(this.east - this.west) * ratio, (this.north - this.south) * ratio];
    return new Bounds(this.west - width, this.south - height, this.east + width, this.north + height);
  }
}

let view = new Bounds(130, 47, 131, 48);
let requested: URLSearchParams[] = [];
let notes: string[] = [];
let respond: (query: URLSearchParams) => Response | Promise<Response>;

const container = { querySelector: () => ({ append() {} }) };
const map = { getBounds: () => view, getContainer: () => container, on() {} } as unknown as L.Map;

const resolved = () => new Promise((resolve) => setTimeout(resolve, 5));

const rateOf = (code: string, day: string) => withFigures({ code }, day).rate;

/** Returns a rate that is different for each day. */
const rateOfDay = (day: string) => Number(day.slice(0, 4)) / 10000;

beforeEach(async () => {
  loadPage({ style, on: "2024-06-30" });
  const note = {
    setAttribute() {},
    append() {},
    hidden: true,
    set textContent(text: string) {
      notes.push(text);
    },
  };
  vi.stubGlobal("document", { createElement: () => note });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("fetch", async (address: string) => {
    const query = new URL(address, "https://example.org").searchParams;
    requested.push(query);
    return respond(query);
  });
  respond = (query) => Response.json([{ code: "230402", name: "向阳区", rate: rateOfDay(query.get("on")!) }]);
  view = new Bounds(130, 47, 131, 48);
  requested = [];
  notes = [];
});

describe("the figures of areas", () => {
  test("are unknown before they are loaded, and then those of the day", async () => {
    expect(rateOf("230402", "2024-06-30")).toBeNull();
    new Figures(map);
    expect(figuresState()).toBe("loading");
    await resolved();
    expect(figuresState()).toBe("loaded");
    expect(rateOf("230402", "2024-06-30")).toBe(0.2024);
    expect(rateOf("230403", "2024-06-30")).toBeNull();
  });

  test("are requested for a box twice as large as the view, without what lies beyond the world", async () => {
    state.on = "2001-01-01";
    view = new Bounds(-170, 60, 170, 84);
    new Figures(map);
    await resolved();
    expect(requested[0].get("bbox")).toBe("-180,48,180,90");
  });

  test("are not requested again for a view inside that box, but for one outside it", async () => {
    state.on = "2002-01-01";
    new Figures(map);
    await resolved();
    const before = requested.length;
    view = new Bounds(130.2, 47.2, 131.4, 48.4);
    emit("day");
    await resolved();
    expect(requested.length).toBe(before);
    view = new Bounds(130.2, 47.2, 131.6, 48.4);
    expect(figuresState()).toBe("loading");
    emit("day");
    await resolved();
    expect(requested.length).toBeGreaterThan(before);
    expect(figuresState()).toBe("loaded");
  });

  test("of both days are shown in a comparison", async () => {
    state.on = "2012-01-01";
    // biome-ignore lint/suspicious/noThenProperty: the earlier day of a comparison; nothing awaits the state
    state.then = "2011-01-01";
    new Figures(map);
    await resolved();
    expect(rateOf("230402", "2012-01-01")).toBe(0.2012);
    expect(rateOf("230402", "2011-01-01")).toBe(0.2011);
  });

  test("stay those of the day before until those of another day are loaded", async () => {
    state.on = "2013-01-01";
    new Figures(map);
    await resolved();
    state.on = "2014-01-01";
    emit("day");
    expect(rateOf("230402", "2014-01-01")).toBe(0.2013);
    expect(figuresState()).toBe("loading");
    await resolved();
    expect(rateOf("230402", "2014-01-01")).toBe(0.2014);
  });

  test("of a day that was left during loading are not shown", async () => {
    let release = () => {};
    respond = async (query) => {
      const day = query.get("on")!;
      if (day === "2015-01-01") await new Promise<void>((resolve) => (release = resolve));
      return Response.json([{ code: "230402", name: "向阳区", rate: rateOfDay(day) }]);
    };
    state.on = "2015-01-01";
    new Figures(map);
    await resolved();
    state.on = "2016-01-01";
    emit("day");
    await resolved();
    release();
    await resolved();
    expect(rateOf("230402", "2016-01-01")).toBe(0.2016);
  });

  test("are replaced by a note when they cannot be loaded", async () => {
    respond = () => new Response("broken", { status: 503 });
    state.on = "2017-01-01";
    new Figures(map);
    await resolved();
    expect(rateOf("230402", "2017-01-01")).toBeNull();
    expect(notes.at(-1)).not.toBe("");
    expect(figuresState()).toBe("failed"); // there is nothing more to wait for
    emit("filter");
    expect(figuresState()).toBe("loading");
    await resolved();
    expect(figuresState()).toBe("failed");
  });
});

test("the features of a stand-alone page have their figures, unless a filter makes them wrong", () => {
  loadPage({ style }, {});
  const props = { code: "1", rate: 0.75 };
  expect(withFigures(props, "2024-06-30")).toBe(props);
  state.hidden.use = new Set(["office"]);
  expect(withFigures(props, "2024-06-30").rate).toBeNull();
});
