import { expect, test } from "vitest";
import { pathTo, pathUpTo, rootPath, stepsBelowPage } from "../../../../maps/frontend/panels/area_path.ts";
import { loadPage } from "../page_config.ts";

const district = { code: "230403", name: "工农区", level: "district" as const };
const subdistrict = { code: "230403001", name: "育才街道", level: "subdistrict" as const };
const community = { code: "230403001002", name: "新南社区", level: "community" as const };
const otherDistrict = { code: "230404", name: "南山区", level: "district" as const };

test("the path of a page of the whole city begins empty", () => {
  loadPage({ area: null });
  expect(rootPath()).toEqual([]);
});

test("the path of a page of an area begins with that area, which is no step below it", () => {
  loadPage({ area: "230403", title: "工农区" });
  expect(rootPath()).toEqual([{ code: "230403", name: "工农区" }]);
  expect(stepsBelowPage(rootPath())).toEqual([]);
  expect(stepsBelowPage(pathTo(rootPath(), subdistrict))).toEqual([subdistrict]);
});

test("an area inside the last one is added to the path", () => {
  expect(pathTo(pathTo([district], subdistrict), community)).toEqual([district, subdistrict, community]);
});

test("an area beside the last ones replaces those that do not contain it", () => {
  expect(pathTo([district, subdistrict], otherDistrict)).toEqual([otherDistrict]);
  const neighbour = { ...subdistrict, code: "230403002" };
  expect(pathTo([district, subdistrict, community], neighbour)).toEqual([district, neighbour]);
});

test("an area of the path ends the path, and occurs in it once", () => {
  expect(pathTo([district, subdistrict, community], subdistrict)).toEqual([district, subdistrict]);
});

test("steps count from the area of the page", () => {
  loadPage({ area: null });
  expect(pathUpTo([district, subdistrict], 0)).toEqual([]);
  expect(pathUpTo([district, subdistrict], 1)).toEqual([district]);
  loadPage({ area: "230403" });
  expect(pathUpTo([district, subdistrict], 0)).toEqual([district]);
  expect(pathUpTo([district, subdistrict, community], 1)).toEqual([district, subdistrict]);
});

test("the step whose button is pressed becomes the last area", () => {
  for (const area of [null, "230403"]) {
    loadPage({ area });
    const path = [district, subdistrict, community];
    for (const [index, step] of stepsBelowPage(path).entries()) {
      expect(pathUpTo(path, index + 1).at(-1)).toBe(step);
    }
  }
});
