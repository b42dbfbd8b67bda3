import { expect, test } from "vitest";
import { limitsOf, limitText, type SizeLimits } from "../../../../maps/frontend/redraw/limit_ranges.ts";
import { loadPage } from "../page_config.ts";

loadPage({
  texts: {
    no_limits: "no limits",
    limit_at_least: "at least {limit}",
    limit_at_most: "at most {limit}",
    "unit.buildings": "buildings",
    "unit.households": "households",
  },
});

const limits = (area: string, changes: Partial<SizeLimits> = {}): SizeLimits => ({
  area_code: area,
  least_buildings: null,
  most_buildings: null,
  least_households: null,
  most_households: null,
  ...changes,
});

test("the limits of the smallest area around a community apply", () => {
  const all = ["2304", "230407003", "230407003002", "230407003003"].map((area) => limits(area));
  expect(limitsOf(all, "230407003002")?.area_code).toBe("230407003002");
  expect(limitsOf(all, "230407003001")?.area_code).toBe("230407003");
  expect(limitsOf(all, "230401001001")?.area_code).toBe("2304");
  expect(limitsOf(all, "1101")).toBeUndefined();
});

test.each<[Partial<SizeLimits> | undefined, string]>([
  [undefined, "no limits"],
  [{}, "no limits"],
  [{ least_buildings: 3, most_buildings: 8, most_households: 300 }, "3 – 8 buildings, at most 300 households"],
  [{ least_buildings: 0, least_households: 1200 }, "at least 0 buildings, at least 1,200 households"],
])("%o reads %s", (bounds, text) => {
  expect(limitText(bounds && limits("A", bounds))).toBe(text);
});
