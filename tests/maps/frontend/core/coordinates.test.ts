import { beforeEach, expect, test } from "vitest";
import { coordinates } from "../../../../maps/frontend/core/coordinates.ts";
import { loadPage } from "../page_config.ts";

const firstOf = (text: string) => {
  const hit = coordinates(text)?.[0];
  return hit && [hit.lon, hit.lat];
};

beforeEach(() => loadPage());

test.each([
  "130.298, 47.35",
  "47.35 130.298",
  "（130.298，47.35）",
  "130.298;47.35",
  "130.298、47.35",
  "47.35°N 130.298°E",
  "47.35N130.298E",
  "E130.298 N47.35",
  "东经130.298 北纬47.35",
  "北纬47.35°东经130.298°",
  "１３０．２９８，４７．３５",
])("%s is one location in the city", (text) => {
  expect(firstOf(text)).toEqual([130.298, 47.35]);
});

test.each(["为民", "230404001", "130.298", "130.298, 47.35, 3", "130.298 to 47.35", "200, 95", "47N 48N", ""])(
  "%j is no pair of coordinates",
  (text) => {
    expect(coordinates(text)).toBeNull();
  },
);

test("southern and western directions make a number negative", () => {
  expect(firstOf("33.9S 18.4E")).toEqual([18.4, -33.9]);
  expect(firstOf("南纬33.9 西经70.6")).toEqual([-70.6, -33.9]);
});

test("a minus sign of typography is one", () => {
  expect(firstOf("−130.3, −33.9")).toEqual([-130.3, -33.9]);
});

test("a number beyond the latitudes of the map can only be a longitude", () => {
  const hits = coordinates("130.298, 47.35") ?? [];
  expect(new Set(hits.map(({ lon }) => lon))).toEqual(new Set([130.298]));
});

test("two numbers that could be either have both orders, the nearest to the city first", () => {
  loadPage({ bounds: [10, 50, 11, 51], service: null });
  const hits = coordinates("50.5 10.5") ?? [];
  expect(hits.map(({ lon, lat }) => [lon, lat])).toEqual([
    [10.5, 50.5],
    [50.5, 10.5],
  ]);
});

test("equal numbers have one order", () => {
  loadPage({ service: null });
  expect(coordinates("45, 45")).toHaveLength(1);
});

test("a page with the service offers every datum, a stand-alone page only that of its data", () => {
  expect(coordinates("130.298, 47.35")?.map(({ datum }) => datum)).toEqual(["wgs84", "gcj02", "bd09", "cgcs2000"]);
  loadPage({ service: null });
  expect(coordinates("130.298, 47.35")?.map(({ datum }) => datum)).toEqual(["wgs84"]);
});

test("any location that is written down with directions is read again in either order", () => {
  let seed = 1;
  const random = (range: number) => {
    seed = (seed * 48271) % 2147483647;
    return Number((((seed / 2147483647) * 2 - 1) * range).toFixed(5));
  };
  for (let run = 0; run < 500; run++) {
    const [lon, lat] = [random(180), random(85)];
    const longitude = `${Math.abs(lon)}${lon < 0 ? "W" : "E"}`;
    const latitude = `${Math.abs(lat)}${lat < 0 ? "S" : "N"}`;
    expect(firstOf(`${longitude} ${latitude}`)).toEqual([lon, lat]);
    expect(firstOf(`${latitude}, ${longitude}`)).toEqual([lon, lat]);
  }
});
