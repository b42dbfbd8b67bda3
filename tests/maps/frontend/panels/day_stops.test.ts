import { expect, test } from "vitest";
import { dayStops, stopIndex } from "../../../../maps/frontend/panels/day_stops.ts";
import { loadPage, service } from "../page_config.ts";

const withRecordsSince = (firstDay: string | null, today: string) =>
  loadPage({ service: { ...service, firstDay, today } });

test("the stops are the first days of the months of ten years, and the last day", () => {
  withRecordsSince(null, "2024-06-30");
  const stops = dayStops("2024-06-30");
  expect(stops).toHaveLength(121);
  expect(stops[0]).toBe("2014-07-01");
  expect(stops.at(-2)).toBe("2024-06-01");
  expect(stops.at(-1)).toBe("2024-06-30");
});

test("the first of a month is a stop once", () => {
  withRecordsSince(null, "2024-06-01");
  const stops = dayStops("2024-06-01");
  expect(stops.slice(-2)).toEqual(["2024-05-01", "2024-06-01"]);
  expect(new Set(stops).size).toBe(stops.length);
});

test("months that begin before the records have no stop", () => {
  withRecordsSince("2023-11-02", "2024-02-10");
  expect(dayStops("2024-02-10")).toEqual(["2023-12-01", "2024-01-01", "2024-02-01", "2024-02-10"]);
});

test("without older records the last day is the only stop", () => {
  withRecordsSince("2024-06-30", "2024-06-30");
  expect(dayStops("2024-06-30")).toEqual(["2024-06-30"]);
});

test("stops ascend", () => {
  withRecordsSince(null, "2024-06-30");
  const stops = dayStops("2024-06-30");
  expect([...stops].sort()).toEqual(stops);
});

test("a day belongs to the last stop that is not after it", () => {
  const stops = ["2024-01-01", "2024-02-01", "2024-03-01"];
  expect(stopIndex(stops, "2024-02-01")).toBe(1);
  expect(stopIndex(stops, "2024-02-29")).toBe(1);
  expect(stopIndex(stops, "2025-01-01")).toBe(2);
});

test("a day before all stops belongs to the first", () => {
  expect(stopIndex(["2024-01-01", "2024-02-01"], "2019-05-05")).toBe(0);
});
