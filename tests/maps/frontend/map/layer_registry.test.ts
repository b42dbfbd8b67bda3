import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  isRefreshPending,
  layers,
  refreshAllLayers,
  refreshLayers,
  tileZoom,
  type VectorLayer,
} from "../../../../maps/frontend/map/layer_registry.ts";

let frames: (() => void)[] = [];
let refreshed: string[] = [];

const layer = (name: string) => ({ refresh: () => refreshed.push(name) }) as unknown as VectorLayer;

beforeEach(() => {
  frames = [];
  refreshed = [];
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => frames.push(callback));
  Object.assign(layers, { shade: layer("shade"), names: layer("names"), "then-shade": layer("then-shade") });
});

afterEach(() => {
  for (const name of ["shade", "names", "then-shade"] as const) delete layers[name];
});

const nextFrame = () => {
  for (const callback of frames.splice(0)) callback();
};

test("layers are rendered once in a frame, however often that is requested", () => {
  refreshLayers("names");
  refreshLayers("names", "names");
  expect([frames.length, refreshed.length, isRefreshPending()]).toEqual([1, 0, true]);
  nextFrame();
  expect(refreshed).toEqual(["names"]);
  expect(isRefreshPending()).toBe(false);
});

test("a request after the frame is for the next one", () => {
  refreshLayers("names");
  nextFrame();
  refreshLayers("names");
  expect(frames.length).toBe(1);
  nextFrame();
  expect(refreshed).toEqual(["names", "names"]);
});

test("the layer of the earlier date is rendered with that of the date shown, and alone when only it changed", () => {
  refreshLayers("shade");
  nextFrame();
  expect(refreshed).toEqual(["shade", "then-shade"]);
  refreshLayers("then-shade");
  nextFrame();
  expect(refreshed).toEqual(["shade", "then-shade", "then-shade"]);
});

test("layers that are not on the page are skipped", () => {
  refreshLayers("issues");
  nextFrame();
  expect(refreshed).toEqual([]);
});

test("all layers of the page can be rendered", () => {
  refreshAllLayers();
  nextFrame();
  expect(new Set(refreshed)).toEqual(new Set(["shade", "names", "then-shade"]));
});

test("a map between two zooms shows the tiles of the nearer one", () => {
  const zooms = [12, 12.4, 12.5, 13];
  expect(zooms.map((zoom) => tileZoom({ getZoom: () => zoom } as L.Map))).toEqual([12, 12, 13, 13]);
});
