import { beforeEach, expect, test } from "vitest";
import {
  comparisonText,
  MOST_ROWS,
  missingBuildings,
  unlistedText,
} from "../../../../maps/frontend/panels/table_listing.ts";
import { loadPage } from "../page_config.ts";

const texts = { buildings_in_no_row: "{count} in no grid", rows_hidden: "{count} more", no_data_here: "none" };

beforeEach(() => loadPage({ language: "en", texts }));

const rows = (count: number, buildings = 1) =>
  Array.from({ length: count }, (_, index) => ({ code: String(index), buildings }));

test("buildings of the scope in none of its grids are counted", () => {
  expect(missingBuildings({ buildings: 2100 }, rows(10, 90))).toBe("1,200 in no grid");
});

test("nothing is missing where the rows have all buildings, or more", () => {
  expect(missingBuildings({ buildings: 900 }, rows(10, 90))).toBe("");
  expect(missingBuildings({ buildings: 899 }, rows(10, 90))).toBe("");
});

test("nothing is missing without figures or rows", () => {
  expect(missingBuildings(null, rows(3))).toBe("");
  expect(missingBuildings({ buildings: 5 }, [])).toBe("");
});

test("a change of uncovered buildings is explained by those gained and lost, or by the note", () => {
  loadPage({ language: "en", texts: { compared_columns: "Two days.", unexplained_change: "{count} others" } });
  expect(comparisonText({ uncovered_before: 28, uncovered: 13, net: 15 })).toBe("Two days.");
  expect(comparisonText({ uncovered_before: 28, uncovered: 15, net: 15 })).toBe("Two days. +2 others");
  expect(comparisonText({ uncovered_before: 28, uncovered: 12, net: 15 })).toBe("Two days. -1 others");
  expect(comparisonText({ uncovered_before: 28, net: 15 })).toBe("Two days.");
});

test("a table of as many rows as fit lists all of them", () => {
  expect(unlistedText({ level: "grid", rows: rows(MOST_ROWS), gaps: "" })).toBe("");
});

test("rows beyond those that fit are counted, before the gaps", () => {
  expect(unlistedText({ level: "grid", rows: rows(MOST_ROWS + 2), gaps: "" })).toBe("2 more");
  expect(unlistedText({ level: "grid", rows: rows(MOST_ROWS + 2), gaps: "gaps" })).toBe("2 more gaps");
});

test("no building is hidden", () => {
  const buildings = rows(MOST_ROWS + 2).map(({ code }) => ({ code, lon: 0, lat: 0 }));
  expect(unlistedText({ level: "building", rows: buildings, gaps: "" })).toBe("");
});

test("an empty list of buildings is good news, another one is not", () => {
  expect(unlistedText({ level: "building", rows: [], gaps: "" })).toBe("all_covered");
  expect(unlistedText({ level: "community", rows: [], gaps: "" })).toBe("none");
});
